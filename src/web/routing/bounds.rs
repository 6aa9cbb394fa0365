//! The size limits of every request, and the security headers of every answer.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Uri};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use tracing_actix_web::RequestId;
use uuid::Uuid;

use crate::app::App;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

const MAX_URI: usize = 8 * 1024;
const MAX_HEADERS: usize = 16 * 1024;

/// Refuses a request with a URI over 8 KiB (414) or headers over 16 KiB (431) and closes its connection, and adds the security headers and
/// `x-request-id` to every answer (WB-02).
pub async fn keep(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let transport = request.app_data::<Data<App>>().and_then(|app| transport_security(app));
    let mut answer = match too_long(&request) {
        Some(problem) => {
            let mut refused = problem.for_anyone(request.request());
            // An open connection keeps the buffer that such a head took.
            refused.head_mut().set_connection_type(ConnectionType::Close);
            request.into_response(refused).map_into_right_body()
        }
        None => next.call(request).await?.map_into_left_body(),
    };
    let id = answer.request().extensions().get::<RequestId>().and_then(|id| {
        let mut text = Uuid::encode_buffer();
        HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)).ok()
    });
    let headers = answer.headers_mut();
    let constant = HeaderValue::from_static;
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, constant("nosniff"));
    headers.insert(header::REFERRER_POLICY, constant("no-referrer"));
    if !headers.contains_key(header::CROSS_ORIGIN_RESOURCE_POLICY) {
        headers.insert(header::CROSS_ORIGIN_RESOURCE_POLICY, constant("same-origin"));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, constant("no-store"));
    }
    if let Some(transport) = transport {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, constant(transport));
    }
    if let Some(id) = id {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    Ok(answer)
}

/// The value of `Strict-Transport-Security` (RFC 6797 §6.1); none under http, where browsers ignore it.
fn transport_security(app: &App) -> Option<&'static str> {
    let server = &app.config.server;
    let value = if server.hsts_include_subdomains { "max-age=31536000; includeSubDomains" } else { "max-age=31536000" };
    server.public_url.is_https().then_some(value)
}

fn too_long(request: &ServiceRequest) -> Option<Problem> {
    let length = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 4;
    if length_of(request.uri()) > MAX_URI {
        Some(Refusal::UriTooLong.into())
    } else if request.headers().iter().map(length).sum::<usize>() > MAX_HEADERS {
        Some(Refusal::HeadersTooLarge.into())
    } else {
        None
    }
}

/// The length of the URI as text, in bytes. Computed without allocating that text.
fn length_of(uri: &Uri) -> usize {
    let authority = uri.authority().map_or(0, |authority| authority.as_str().len() + "https://".len());
    authority + uri.path_and_query().map_or(0, |path| path.as_str().len())
}
