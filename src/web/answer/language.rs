//! The language of a page, by its request.

use actix_web::HttpRequest;
use actix_web::http::{Method, header};

use super::negotiate;
use crate::app::App;
use crate::pages::Language;

/// The longest `ui_locales` that is read, in bytes.
const MAX_UI_LOCALES: usize = 512;

/// The language of the page: by `ui_locales` of the request or of the app's stored request (OpenID Connect Core §3.1.2.1), the
/// cookie of the menu, the header `Accept-Language`, or `pages.default_language`.
pub(super) fn of<'a>(app: &'a App, request: &HttpRequest, stored: Option<&str>) -> &'a Language {
    let asked = ui_locales(request);
    let accepted = negotiate::header_text(request, header::ACCEPT_LANGUAGE);
    app.pages.language(asked.as_deref().or(stored), chosen(app, request).as_deref(), accepted.as_deref())
}

/// The paths whose pages can be loaded again by `GET`, up to a parameter.
const REPEATABLE: [&str; 5] = ["/login", "/account", "/oauth2/authorize/agree", "/logout", "/logout/done"];

/// The path and the query of the page, if it can be loaded again. A callback cannot, and its code must not be in the page; neither
/// must the ID token of a logout.
pub(super) fn repeatable(app: &App, request: &HttpRequest) -> Option<String> {
    let path = request.path().strip_prefix(app.config.server.public_url.prefix())?;
    let is_known =
        REPEATABLE.contains(&path) || ["/account/", "/account-deleted/"].iter().any(|start| path.starts_with(start));
    let is_repeatable =
        is_known && request.method() == Method::GET && !request.query_string().contains("id_token_hint");
    let whole = request.uri().path_and_query().filter(|_| is_repeatable)?;
    Some(whole.as_str().to_owned())
}

/// The name of the cookie with the choice of the person.
pub fn cookie_name(app: &App) -> String {
    format!("{}-language", app.config.sessions.cookie.name)
}

fn chosen(app: &App, request: &HttpRequest) -> Option<String> {
    let tag = request.cookie(&cookie_name(app))?.value().to_owned();
    app.pages.has_language(&tag).then_some(tag)
}

fn ui_locales(request: &HttpRequest) -> Option<String> {
    let query = request.query_string();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(name, _)| name == "ui_locales")?;
    (value.len() <= MAX_UI_LOCALES && !value.is_empty()).then(|| value.into_owned())
}
