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
    /// The menu for another language; not on pages that cannot be loaded again.
    pub menu: Option<LanguageMenu<'a>>,
    /// The brand of the operator, or of the app that led to the page.
    pub brand: BrandView<'a>,
}

/// The menu for another language. It is a form, so that it needs no script.
#[derive(Clone, Debug, Serialize)]
pub struct LanguageMenu<'a> {
    /// The name of the current language, in that language.
    pub current: &'a str,
    /// The path of the page, with its query, as a field of the form.
    pub return_to: String,
    /// The other languages.
    pub languages: Vec<LanguageLink<'a>>,
}

/// A language of the menu.
#[derive(Clone, Debug, Serialize)]
pub struct LanguageLink<'a> {
    /// The tag, as the value of the button.
    pub tag: &'a str,
    /// The name, in the language itself.
    pub name: &'a str,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
}

/// The brand of a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct BrandView<'a> {
    /// `branding.name`; may be empty.
    pub name: &'a str,
    /// The URL of the logo.
    pub logo: Option<String>,
    /// The URL of the logo for dark pages, if it is another one.
    pub logo_dark: Option<String>,
    /// The name of the owner of the logo; may be empty.
    pub logo_name: &'a str,
    /// The URL of the icon.
    pub icon: String,
    /// The URL of the stylesheet with the colour.
    pub stylesheet: Option<String>,
    /// The URL of the app that led to the page.
    pub homepage: Option<&'a str>,
    /// The links at the end of the page.
    pub links: Vec<BrandLink<'a>>,
    /// A sentence above the buttons of the login page; may be empty.
    pub above: &'a str,
    /// A sentence below the buttons of the login page; may be empty.
    pub below: &'a str,
    /// Whether the page names the software.
    pub powered_by: bool,
}

/// A link at the end of the page.
#[derive(Clone, Debug, Serialize)]
pub struct BrandLink<'a> {
    /// The message with its text.
    pub message: &'a str,
    /// Its URL.
    pub href: &'a str,
}
