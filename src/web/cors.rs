//! Which other origins' scripts may read an answer, and which may have caused a request.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::client;
use crate::app::App;

/// Lets the script of an allowed origin read the answer (Fetch, CORS protocol). Others get no header at all. A public
/// client's scripts bring a token; that cookies speak for them is for `login.allowed_origins` alone.
pub fn allow(app: &App, request: &HttpRequest, mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    let Some(origin) = client::header_text(request, header::ORIGIN) else { return answer };
    let listed = is_listed(app, &origin);
    if !listed && !app.clients.iter().any(|client| client.is_at(&origin)) {
        return answer;
    }
    if let Ok(origin) = HeaderValue::from_str(&origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if listed {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
        headers
            .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After, WWW-Authenticate"));
    }
    answer
}

/// Answers a preflight.
pub fn preflight(app: &App, request: &HttpRequest, methods: &'static str) -> HttpResponse {
    let mut answer = allow(app, request, HttpResponse::new(StatusCode::NO_CONTENT));
    let headers = answer.headers_mut();
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        let constant = HeaderValue::from_static;
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, constant(methods));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, constant("authorization, content-type"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, constant("600"));
    }
    answer
}

/// Whether a request that a cookie speaks for may change something: it comes from our own pages or from a listed
/// origin. Where the browser does not say, it may not (SE-13).
///
/// `null` says nothing: browsers write it for the forms of our own pages, since those have `Referrer-Policy:
/// no-referrer` (Fetch, "append a request `Origin` header"). `Sec-Fetch-Site` tells them from a stranger's `null`.
pub fn may_change(app: &App, request: &HttpRequest) -> bool {
    if request.headers().get(header::ORIGIN).is_some_and(|origin| origin != "null") {
        let origin = client::header_text(request, header::ORIGIN).unwrap_or_default();
        return origin == app.config.server.public_url.origin() || is_listed(app, &origin);
    }
    let site = client::header_text(request, header::HeaderName::from_static("sec-fetch-site"));
    site.as_deref() == Some("same-origin")
}

fn is_listed(app: &App, origin: &str) -> bool {
    app.config.login.allowed_origins.iter().any(|listed| listed == origin)
}
