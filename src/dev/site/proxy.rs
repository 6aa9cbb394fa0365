//! The reverse proxy: one question to `/verify` for each request.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::state::State;
use crate::base::outbound::{OutboundError, Trust};

/// The headers that the site gets, with the spelling of the page.
const IDENTITY: [&str; 4] =
    ["X-Auth-Request-User", "X-Auth-Request-Email", "X-Auth-Request-Preferred-Username", "X-Auth-Request-Groups"];
/// The headers of the client's request that are passed to the gateway, besides the four that the proxy sets.
const PASSED_ON: [&str; 9] = [
    "accept",
    "access-control-request-method",
    "authorization",
    "cookie",
    "origin",
    "sec-fetch-dest",
    "sec-fetch-mode",
    "user-agent",
    "x-requested-with",
];
/// The headers of the gateway's answer that are passed to the client.
const PASSED_BACK: [&str; 6] =
    ["cache-control", "content-security-policy", "content-type", "location", "retry-after", "www-authenticate"];
const TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Template)]
#[template(path = "site/page.html")]
struct Page<'a> {
    headers: Vec<(&'static str, String)>,
    method: &'a str,
    address: String,
    gateway: &'a str,
}

/// Asks the gateway. Passes the request on to the site if the answer is 200, else the answer back to the client.
pub(super) async fn pass(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    match ask(&state, &request).await {
        Ok(answer) if answer.status() == 200 => site(&state, &request, &answer),
        Ok(answer) => back(&answer),
        Err(error) => {
            tracing::warn!(%error, "the gateway does not answer the guarded site");
            HttpResponse::BadGateway().body("The gateway does not answer.")
        }
    }
}

async fn ask(state: &State, request: &HttpRequest) -> Result<http::Response<Vec<u8>>, OutboundError> {
    let mut question = http::Request::get(format!("{}/verify?redirect=true", state.gateway))
        .header("x-forwarded-proto", "http")
        .header("x-forwarded-host", request.connection_info().host())
        .header("x-forwarded-uri", request.uri().to_string())
        .header("x-forwarded-method", request.method().as_str());
    for name in PASSED_ON {
        for value in request.headers().get_all(name) {
            question = question.header(name, value.as_bytes());
        }
    }
    let question = question.body(Vec::new()).map_err(|error| OutboundError::Malformed(error.to_string()))?;
    state.outbound.send(question, Trust::Configured, TIMEOUT).await
}

/// The site: it shows what the proxy sent it.
fn site(state: &State, request: &HttpRequest, answer: &http::Response<Vec<u8>>) -> HttpResponse {
    let text = |name: &str| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let headers = IDENTITY.iter().map(|name| (*name, text(name).to_owned())).collect();
    let (method, address) = (request.method().as_str(), request.uri().to_string());
    let page = Page { headers, method, address, gateway: &state.gateway };
    match page.render() {
        Ok(html) => HttpResponse::Ok()
            .content_type("text/html; charset=utf-8")
            .insert_header(("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'"))
            .insert_header(("X-Content-Type-Options", "nosniff"))
            .insert_header(("Referrer-Policy", "no-referrer"))
            .insert_header(("Cache-Control", "no-store"))
            .body(html),
        Err(_) => HttpResponse::InternalServerError().finish(),
    }
}

fn back(answer: &http::Response<Vec<u8>>) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut passed = HttpResponse::build(status);
    for name in PASSED_BACK {
        for value in answer.headers().get_all(name) {
            passed.append_header((name, value.as_bytes()));
        }
    }
    passed.body(answer.body().clone())
}
