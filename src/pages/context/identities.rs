//! The pages before and after an identity is removed.

use serde::Serialize;

use super::page::Page;
use super::time::Time;

/// The page that asks before an identity is removed.
#[derive(Debug, Serialize)]
pub struct RemoveIdentity<'a> {
    /// The name of the person, or the id of the user.
    pub who: &'a str,
    /// The name of the provider.
    pub provider: &'a str,
    /// The e-mail address or the provider's `sub`.
    pub identity: &'a str,
    /// Whether the session was created through the identity.
    pub own: bool,
    /// The URL of a fresh login at the identity's provider, if it can be removed at once.
    pub sign_in: Option<String>,
    /// The time of its removal, if that was requested before.
    pub unlink_at: Option<Time>,
    /// Whether no provider shows a fresh login, so that the confirmation is recorded.
    pub recorded: bool,
    /// The URL of the form.
    pub action: String,
    /// The sealed value of the form.
    pub confirm: String,
}

impl Page for RemoveIdentity<'_> {
    const TEMPLATE: &'static str = "remove_identity.html";
}

/// The page after the identity of the current session was removed.
#[derive(Debug, Serialize)]
pub struct IdentityRemoved<'a> {
    /// The name of the provider.
    pub provider: &'a str,
    /// The e-mail address or the provider's `sub`.
    pub identity: &'a str,
}

impl Page for IdentityRemoved<'_> {
    const TEMPLATE: &'static str = "identity_removed.html";
}
