//! Pages before the browser continues elsewhere.

use serde::Serialize;

use super::page::Page;

/// The page that asks the person to sign out at a provider, which does not ask for the account.
#[derive(Debug, Serialize)]
pub struct AnotherAccount<'a> {
    /// The name of the provider.
    pub provider: &'a str,
    /// The URL of the login.
    pub href: String,
}

impl Page for AnotherAccount<'_> {
    const TEMPLATE: &'static str = "another_account.html";
}

/// The page that continues to the requested URL (`sessions.cookie.same_site = "Strict"`).
#[derive(Debug, Serialize)]
pub struct Continue {
    /// The URL to continue to.
    pub next: String,
    /// Whether the browser continues without a click.
    pub by_itself: bool,
}

impl Page for Continue {
    const TEMPLATE: &'static str = "continue.html";
}
