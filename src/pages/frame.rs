//! What each page has around its content.

use serde::Serialize;

/// The version of the contexts. It changes when a name that a template can use is removed, or gets another meaning.
pub(super) const CONTEXT_VERSION: u32 = 1;

/// The part of the context that all pages have.
#[derive(Clone, Debug, Serialize)]
pub struct Frame<'a> {
    /// The tag of the language, as `de`.
    pub lang: &'a str,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
    /// The beginning of each link to the gateway: the path of `server.public_url`, or all of it on a page that another site shows.
    pub prefix: &'a str,
    /// The path of the stylesheet, after the prefix.
    pub style: &'a str,
    /// The path of the icon, after the prefix.
    pub icon: &'a str,
}
