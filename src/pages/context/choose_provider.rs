//! The login page.

use serde::Serialize;

use super::page::Page;

/// The page with one link for each provider.
#[derive(Debug, Serialize)]
pub struct ChooseProvider<'a> {
    /// The providers, in the order of the configuration.
    pub links: Vec<Link<'a>>,
    /// The name of the app that requested the login, if any.
    pub app: Option<&'a str>,
}

impl Page for ChooseProvider<'_> {
    const TEMPLATE: &'static str = "choose_provider.html";
}

/// A provider, with the URL that leads to it.
#[derive(Debug, Serialize)]
pub struct Link<'a> {
    /// The name of the provider.
    pub name: &'a str,
    /// The URL of a link, or of a form.
    pub href: String,
}
