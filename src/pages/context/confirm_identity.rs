//! The page that asks to confirm a new link.

use serde::Serialize;

use super::page::Page;

/// The page, if no provider of the person shows a fresh login.
#[derive(Debug, Serialize)]
pub struct ConfirmIdentity<'a> {
    /// The name of the person, or the id of the user.
    pub who: &'a str,
    /// The name of the provider.
    pub what: &'a str,
    /// The URL of the form.
    pub action: String,
    /// The sealed value of the form.
    pub confirm: String,
}

impl Page for ConfirmIdentity<'_> {
    const TEMPLATE: &'static str = "confirm_identity.html";
}
