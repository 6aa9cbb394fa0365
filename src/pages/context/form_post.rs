//! The page that posts the authorization response to the app (OAuth 2.0 Form Post Response Mode).

use serde::Serialize;

use super::page::Page;

/// The page with the form.
#[derive(Serialize)]
pub struct FormPost<'a> {
    /// The name of the app.
    pub app: &'a str,
    /// The URL that gets the form.
    pub redirect_uri: &'a str,
    /// The fields of the form.
    pub parameters: Vec<Parameter<'a>>,
    /// The script that submits the form. The content security policy of the page allows no other one.
    pub submit: &'static str,
}

impl Page for FormPost<'_> {
    const TEMPLATE: &'static str = "form_post.html";
}

/// A field of the form.
#[derive(Debug, Serialize)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a str,
}
