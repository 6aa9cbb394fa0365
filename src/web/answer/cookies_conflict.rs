//! The page for a browser that sends the cookies of two different sessions (409).

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::assets::STYLE_PATH;
use super::page::{account_path, html_leading_away};
use crate::app::App;
use crate::logout::Request;

#[derive(Template)]
#[template(path = "cookies_conflict.html")]
struct CookiesConflict<'a> {
    prefix: &'a str,
    style: &'static str,
    /// The path of the request. The cookies that it carried are removed.
    at: &'a str,
    /// The address to continue with.
    return_to: &'a str,
    /// The sealed logout request, if the page asks to confirm a logout.
    sign_out: Option<String>,
}

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
    let page = CookiesConflict {
        prefix: app.config.server.public_url.prefix(),
        style: STYLE_PATH,
        at: request.path(),
        return_to,
        sign_out,
    };
    html_leading_away(StatusCode::CONFLICT, &page)
}
