//! CORS headers for answers, and the origin check for requests.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::route::Row;
use crate::app::App;
use crate::web::answer::negotiate;

/// The most header names that a preflight request may ask for, and their length in bytes.
const MAX_REQUESTED_NAMES: usize = 20;
const MAX_REQUESTED_BYTES: usize = 1024;

/// Adds the CORS headers for an allowed origin (Fetch standard, CORS protocol); other origins get `Vary` alone.
/// Requests with cookies are allowed for `login.allowed_origins` only: the scripts of public clients send an access
/// token.
pub fn allow(app: &App, request: &HttpRequest, headers: &mut HeaderMap) {
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = negotiate::header_text(request, header::ORIGIN) else { return };
    let listed = is_listed(app, &origin);
    if !listed && !app.clients.is_at(&origin) {
        return;
    }
    if let Ok(origin) = HeaderValue::from_str(&origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if listed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        headers
            .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After, WWW-Authenticate"));
    }
}

/// Adds the headers by which all origins may read the answer, without credentials.
pub fn allow_all(headers: &mut HeaderMap) {
    headers.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, HeaderValue::from_static("cross-origin"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
}

/// Answers a preflight request. It never carries credentials. A public document may be read with any header; elsewhere the
/// headers that an allowed origin asks for are allowed, such as those of tracing: a script of this origin is trusted with the
/// answer, and no decision depends on a header that is not listed here.
pub fn preflight(app: &App, request: &HttpRequest, row: &Row) -> HttpResponse {
    let mut answer = HttpResponse::new(StatusCode::NO_CONTENT);
    let (headers, constant) = (answer.headers_mut(), HeaderValue::from_static);
    let names = if row.is_public() {
        allow_all(headers);
        constant("*")
    } else {
        allow(app, request, headers);
        headers.append(header::VARY, constant("Access-Control-Request-Headers"));
        requested_headers(request).unwrap_or(constant("authorization, content-type"))
    };
    let methods = HeaderValue::from_str(&row.cors_methods().join(", "));
    if let (true, Ok(methods)) = (headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), methods) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, constant("600"));
    }
    answer
}

/// The names in `Access-Control-Request-Headers`, if they are at most 20 tokens (RFC 9110 §5.6.2) in at most 1 KiB.
fn requested_headers(request: &HttpRequest) -> Option<HeaderValue> {
    let mut values = request.headers().get_all(header::ACCESS_CONTROL_REQUEST_HEADERS);
    let (Some(text), None) = (values.next()?.to_str().ok(), values.next()) else { return None };
    let names: Vec<&str> = text.split(',').map(str::trim).collect();
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_name = |name: &&str| !name.is_empty() && name.bytes().all(is_token);
    let is_bounded = text.len() <= MAX_REQUESTED_BYTES && names.len() <= MAX_REQUESTED_NAMES;
    if is_bounded && names.iter().all(is_name) { HeaderValue::from_str(&names.join(", ")).ok() } else { None }
}

/// Whether a cookie-authenticated request may change something: its origin is that of `server.public_url` or one of
/// `login.allowed_origins`. Without `Origin` and `Sec-Fetch-Site` it may not (SE-13).
///
/// `Origin: null` counts as absent: browsers send it for the forms of the gateway's own pages, since those have
/// `Referrer-Policy: no-referrer` (Fetch standard, "append a request `Origin` header"). `Sec-Fetch-Site: same-origin`
/// distinguishes them from other sites that send `null`.
pub fn may_change(app: &App, request: &HttpRequest) -> bool {
    let mut origins = request.headers().get_all(header::ORIGIN);
    match (origins.next(), origins.next()) {
        (None, _) => {}
        (Some(origin), None) if origin == "null" => {}
        (Some(_), _) => {
            // Empty for a repeated header, which matches no origin.
            let origin = negotiate::header_text(request, header::ORIGIN).unwrap_or_default();
            return origin == app.config.server.public_url.origin() || is_listed(app, &origin);
        }
    }
    let site = negotiate::header_text(request, header::HeaderName::from_static("sec-fetch-site"));
    site.as_deref() == Some("same-origin")
}

fn is_listed(app: &App, origin: &str) -> bool {
    app.config.login.allowed_origins.iter().any(|listed| listed == origin)
}
