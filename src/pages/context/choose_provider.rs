//! The login page.

use serde::Serialize;

use super::form_post::Parameter;
use super::page::Page;

/// The page with one link for each provider.
#[derive(Debug, Default, Serialize)]
pub struct ChooseProvider<'a> {
    /// The providers: the provider of the last login in this browser, and then the others in the order of the configuration.
    pub links: Vec<Choice<'a>>,
    /// The name of the app that requested the login, if any.
    pub app: Option<&'a str>,
    /// The search, if there are many providers.
    pub search: Option<Search<'a>>,
    /// The form that asks for the e-mail address. Then `links` has the provider of the last login in this browser only.
    pub email: Option<EmailForm<'a>>,
    /// Whether the e-mail address of the person leads to no provider.
    pub unknown_address: bool,
    /// The URL of the page that asks for the e-mail address, on the page with the other providers.
    pub by_email: Option<String>,
}

/// The form that asks for the e-mail address.
#[derive(Debug, Serialize)]
pub struct EmailForm<'a> {
    /// The address in the field; empty if it is not known.
    pub address: &'a str,
    /// Whether the text in the field is not an e-mail address.
    pub is_invalid: bool,
    /// The hidden fields of the form.
    pub fields: Vec<Parameter<'a>>,
    /// The URL of the page with the providers to which no address leads, if there are any.
    pub others: Option<String>,
}

/// The search for a provider: a form with the method GET, so that it needs no script.
#[derive(Debug, Serialize)]
pub struct Search<'a> {
    /// The words that the person searches for; empty on the page with all providers.
    pub query: &'a str,
    /// The hidden fields of the form.
    pub fields: Vec<Parameter<'a>>,
    /// The URL of the page with all providers.
    pub all: String,
}

impl Page for ChooseProvider<'_> {
    const TEMPLATE: &'static str = "choose_provider.html";
}

/// A provider on the login page.
#[derive(Clone, Debug, Serialize)]
pub struct Choice<'a> {
    /// The name of the provider.
    pub name: &'a str,
    /// The URL that leads to it.
    pub href: String,
    /// The URL of its icon.
    pub icon: String,
    /// The button that its owner prescribes: `google`, `apple` or `microsoft`.
    pub button: Option<&'static str>,
    /// Whether the last login in this browser was there.
    pub last_used: bool,
}

/// A provider, with the URL that leads to it.
#[derive(Debug, Serialize)]
pub struct Link<'a> {
    /// The name of the provider.
    pub name: &'a str,
    /// The URL of a link, or of a form.
    pub href: String,
}
