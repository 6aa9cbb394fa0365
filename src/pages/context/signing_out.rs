//! The pages of a logout.

use serde::Serialize;

use super::page::Page;

/// The page that asks to confirm a logout.
#[derive(Debug, Serialize)]
pub struct SignOut<'a> {
    /// The name of the app that requested the logout, if any.
    pub client: Option<&'a str>,
    /// The name of the person, or the id of the user.
    pub who: &'a str,
    /// The sealed logout request, as a field of the form.
    pub request: String,
    /// The sealed value of the form: it is valid for this session alone.
    pub shown_to: String,
}

impl Page for SignOut<'_> {
    const TEMPLATE: &'static str = "sign_out.html";
}

/// The page after a logout.
#[derive(Debug, Serialize)]
pub struct SignedOut {
    /// The URL of a login with another account.
    pub another: String,
}

impl Page for SignedOut {
    const TEMPLATE: &'static str = "signed_out.html";
}

/// The page after a logout that a request without a session cookie asked for.
#[derive(Debug, Serialize)]
pub struct SignedOutOf<'a> {
    /// The name of the app, if the request names one.
    pub client: Option<&'a str>,
    /// Whether the browser's session has ended too.
    pub everywhere: bool,
}

impl Page for SignedOutOf<'_> {
    const TEMPLATE: &'static str = "signed_out_of.html";
}
