//! The language of a page, by its request.

use actix_web::HttpRequest;
use actix_web::http::header;

use super::negotiate;
use crate::app::App;
use crate::pages::Language;

/// The longest `ui_locales` that is read, in bytes.
const MAX_UI_LOCALES: usize = 512;

/// The language of the page: by `ui_locales` of the request or of the app's stored request (OpenID Connect Core §3.1.2.1), the
/// header `Accept-Language`, or `pages.default_language`.
pub(super) fn of<'a>(app: &'a App, request: &HttpRequest, stored: Option<&str>) -> &'a Language {
    let asked = ui_locales(request);
    let accepted = negotiate::header_text(request, header::ACCEPT_LANGUAGE);
    app.pages.language(asked.as_deref().or(stored), None, accepted.as_deref())
}

fn ui_locales(request: &HttpRequest) -> Option<String> {
    let query = request.query_string();
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    let (_, value) = pairs.find(|(name, _)| name == "ui_locales")?;
    (value.len() <= MAX_UI_LOCALES && !value.is_empty()).then(|| value.into_owned())
}
