//! The login page.

use serde::Serialize;

use super::page::Page;

/// The page with one link for each provider.
#[derive(Debug, Default, Serialize)]
pub struct ChooseProvider<'a> {
    /// The providers: the provider of the last login in this browser, and then the others in the order of the configuration.
    pub links: Vec<Choice<'a>>,
    /// The name of the app that requested the login, if any.
    pub app: Option<&'a str>,
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
