//! The page for a browser that sends the cookies of two different sessions (409).

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use super::page::{Viewing, account_path};
use crate::app::App;
use crate::logout::Request;
use crate::pages::CookiesConflict;

/// Offers to start again, and to sign out of both sessions. After a `GET` the browser continues with the same address,
/// otherwise with the account page.
pub fn page(app: &App, request: &HttpRequest) -> HttpResponse {
    let account = account_path(app);
    let repeated = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    show(app, request, repeated.map_or(account.as_str(), |address| address.as_str()), None)
}

/// Asks to confirm a logout of both sessions. `None` if the logout request is too long to seal into the page.
pub fn sign_out(app: &App, request: &HttpRequest, asked: &Request) -> Option<HttpResponse> {
    let sealed = asked.seal(&app.config.ring)?;
    Some(show(app, request, "", Some(sealed)))
}

fn show(app: &App, request: &HttpRequest, return_to: &str, sign_out: Option<String>) -> HttpResponse {
    tracing::Span::current().record("code", "session_cookies_conflict");
    let page = CookiesConflict { at: request.path(), return_to, sign_out };
    Viewing::new(app, request).html_leading_away(StatusCode::CONFLICT, &page)
}
