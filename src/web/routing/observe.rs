//! Logs one line for each request, with its id. The query is never logged: it contains codes and `state`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use tracing::field::Empty;
use tracing_actix_web::{RequestId, RootSpanBuilder};

use crate::app::App;
use crate::base::measure;
use crate::web::request::client_address;
use crate::web::request::matched::Matched;

/// Builds the span that contains all log lines of a request.
pub struct Span;

/// The arrival time of the request, by the monotonic clock.
struct Began(std::time::Instant);

impl RootSpanBuilder for Span {
    fn on_request_start(request: &ServiceRequest) -> tracing::Span {
        request.extensions_mut().insert(Began(std::time::Instant::now()));
        let id = request.extensions().get::<RequestId>().copied().map(tracing::field::display);
        let app = request.app_data::<Data<App>>();
        let trusted = app.map(|app| app.config.server.trusted_proxies.as_slice()).unwrap_or_default();
        let ip = client_address::address(request.request(), trusted);
        if let Some((app, peer)) = app.zip(client_address::untrusted_forwarder(request.request(), trusted))
            && app.forwarding_warnings.is_due("", app.clock.now())
        {
            tracing::warn!(
                %peer,
                "X-Forwarded-For or Forwarded is ignored, since this peer is not in server.trusted_proxies: if it is a proxy, limits count \
                 all its users as one address"
            );
        }
        let method = known(request.method());
        tracing::info_span!(
            "request", id, method, %ip, route = Empty, code = Empty, limit = Empty, reference = Empty, why = Empty
        )
    }

    fn on_request_end<B: MessageBody>(span: tracing::Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let Ok(answer) = outcome else {
            // Handlers return each refusal as a response, so an `Err` here means that the connection is broken.
            return;
        };
        let request = answer.request();
        // The pattern instead of the path: paths are unchecked input, and would make the metric's labels unbounded.
        let matched = request.extensions_mut().remove::<Matched>().map(|matched| matched.0);
        let route = matched.unwrap_or_else(|| request.match_pattern().as_deref().unwrap_or("unmatched").into());
        let (status, method) = (answer.status().as_u16(), known(request.method()));
        let seconds = request.extensions().get::<Began>().map_or(0.0, |began| began.0.elapsed().as_secs_f64());
        span.record("route", &*route);
        measure::http_request(&route, method, status, seconds);
        let milliseconds = (seconds * 1e5).round() / 1e2;
        span.in_scope(|| match status {
            500 | 501.. if status != 503 && status != 502 && status != 504 => {
                tracing::error!(status, milliseconds, "answered");
            }
            _ => tracing::info!(status, milliseconds, "answered"),
        });
    }
}

/// The method as a metric label. Unknown methods share one label, so that clients cannot create new time series.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}
