//! The request headers that an answer depends on: its media type, its entity tag, the request id.

use actix_web::HttpRequest;
use actix_web::http::header;
use tracing_actix_web::RequestId;

/// The length to which header values are truncated, in characters.
const MAX_HEADER: usize = 512;

/// The value of a header, truncated. `None` if it is missing, empty, not ASCII text or repeated.
pub fn header_text(request: &HttpRequest, name: header::HeaderName) -> Option<String> {
    let mut values = request.headers().get_all(name);
    let value = values.next()?.to_str().ok()?;
    (values.next().is_none() && !value.is_empty()).then(|| value.chars().take(MAX_HEADER).collect())
}

/// Whether `If-None-Match` contains that entity tag (RFC 9110 §13.1.2). Weak comparison: a proxy that compresses the
/// answer prefixes the tag with `W/`.
pub fn has_already(request: &HttpRequest, etag: &str) -> bool {
    let known = header_text(request, header::IF_NONE_MATCH);
    let same = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag;
    known.is_some_and(|tags| tags.split(',').any(|tag| same(tag.trim())))
}

/// Whether `Accept` names a JSON type, and not `text/html`.
pub fn wants_json_only(request: &HttpRequest) -> bool {
    let accept = header_text(request, header::ACCEPT).unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}

/// Whether `Accept` names `text/html`, as browsers send it when they navigate.
pub fn wants_page(request: &HttpRequest) -> bool {
    header_text(request, header::ACCEPT).unwrap_or_default().contains("text/html")
}

/// The request id, as in the log and in `x-request-id`. Empty if none was assigned.
pub fn request_id(request: &HttpRequest) -> String {
    use actix_web::HttpMessage;
    request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default()
}
