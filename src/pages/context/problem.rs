//! The page of a refusal.

use std::borrow::Cow;

use serde::Serialize;

use super::page::Page;

/// The page of a refused request.
#[derive(Debug, Serialize)]
pub struct Problem<'a> {
    /// The stable code, as in `docs/errors.md`.
    pub code: &'static str,
    /// The message with the title.
    pub title: String,
    /// The message with one sentence for the person.
    pub sentence: String,
    /// The seconds after which the same request may succeed, if the sentence names them.
    pub seconds: Option<u64>,
    /// The name of a cookie that the browser does not keep.
    pub cookie: Option<&'a str>,
    /// The message about that cookie.
    pub cookie_sentence: Option<&'static str>,
    /// The reference for the operator of the site, as `vestibule logins show` finds it.
    pub reference: Option<&'a str>,
    /// The account that was refused, if it is known.
    pub tried: Option<Tried<'a>>,
    /// The links and the form of the page.
    pub ways: Ways<'a>,
}

impl Page for Problem<'_> {
    const TEMPLATE: &'static str = "problem.html";
}

/// The account that was refused.
#[derive(Debug, Serialize)]
pub struct Tried<'a> {
    /// The e-mail address or the provider's `sub`.
    pub account: &'a str,
    /// The name of the provider.
    pub provider: &'a str,
    /// The name of the app that it may not use, if the refusal is about an app.
    pub app: Option<&'a str>,
    /// Whether the user was disabled.
    pub disabled: bool,
}

/// The links and the form of the page.
#[derive(Debug, Default, Serialize)]
pub struct Ways<'a> {
    /// The button that most people want; a page without one leads nowhere.
    pub main: Option<Way<'a>>,
    /// The URL of a login with another account.
    pub another: Option<String>,
    /// The form that returns to the app.
    pub back: Option<Back<'a>>,
    /// Whether a link leads to the account page.
    pub account: bool,
}

/// A link.
#[derive(Debug, Serialize)]
pub struct Way<'a> {
    /// The message with its text.
    pub text: WayText,
    /// The name of the app, for the text.
    pub app: Option<&'a str>,
    /// Its URL; empty for the URL of the page itself, so that the page contains neither the code nor the `state` of a
    /// callback.
    pub href: String,
}

/// The text of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum WayText {
    /// Repeats the request.
    #[serde(rename = "try-again")]
    TryAgain,
    /// Begins the request of an app again.
    #[serde(rename = "start-again")]
    StartAgain,
    /// Begins a login.
    #[serde(rename = "sign-in")]
    SignIn,
    /// Begins another login.
    #[serde(rename = "sign-in-again")]
    SignInAgain,
    /// Leads to the login page.
    #[serde(rename = "other-ways-to-sign-in")]
    OtherWays,
    /// Leads to the account page.
    #[serde(rename = "back-to-account")]
    ToAccount,
    /// Leads to the app.
    #[serde(rename = "back-to-app")]
    ToApp,
}

/// The form that sends the app its error response.
#[derive(Debug, Serialize)]
pub struct Back<'a> {
    /// The name of the app; the host that gets the answer, for one that the operator does not know.
    pub app: Cow<'a, str>,
    /// The error response for the app, sealed, as a field of the form.
    pub leave: String,
}
