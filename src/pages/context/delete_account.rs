//! The pages before and after a person deletes their own account.

use serde::Serialize;

use super::choose_provider::Link;
use super::page::Page;

/// The page that asks before the account is deleted.
#[derive(Debug, Serialize)]
pub struct DeleteAccount<'a> {
    /// The name of the person, or the id of the user.
    pub who: &'a str,
    /// The e-mail address that the person types; without one it is the word `delete`.
    pub email: Option<&'a str>,
    /// The provider of the login that is needed first, with its URL.
    pub sign_in: Option<Link<'a>>,
    /// Whether the login was that of another user, so that the page has no form.
    pub is_other: bool,
    /// Whether the typed text was wrong.
    pub is_wrong: bool,
    /// The URL of the form.
    pub action: String,
    /// The sealed value of the form.
    pub shown_to: String,
}

impl Page for DeleteAccount<'_> {
    const TEMPLATE: &'static str = "delete_account.html";
}

/// The page after the account was deleted.
#[derive(Debug, Serialize)]
pub struct AccountDeleted {}

impl Page for AccountDeleted {
    const TEMPLATE: &'static str = "account_deleted.html";
}
