//! The page for a browser that sends the cookies of two sessions.

use serde::Serialize;

use super::page::Page;

/// The page, which offers to start again and to sign out of both.
#[derive(Debug, Serialize)]
pub struct CookiesConflict<'a> {
    /// The path of the request. The cookies that it carried are removed.
    pub at: &'a str,
    /// The URL to continue with.
    pub return_to: &'a str,
    /// The sealed logout request, if the page asks to confirm a logout.
    pub sign_out: Option<String>,
}

impl Page for CookiesConflict<'_> {
    const TEMPLATE: &'static str = "cookies_conflict.html";
}
