//! `GET /.well-known/oauth-protected-resource/{id}`: the metadata of `[resources.<id>]` (RFC 9728), which its reverse proxy serves at
//! the URL of the resource.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::app::App;
use crate::base::secret::Hashed;
use crate::web::answer::conditional::Document;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// The path below which each resource has its document.
pub const PATH: &str = "/.well-known/oauth-protected-resource/{id}";

/// `Cache-Control`: 300 seconds. The document changes only with the configuration.
const MAX_AGE: &str = "public, max-age=300";

/// The members of RFC 9728 §2.
#[derive(Serialize)]
struct ResourceMetadata<'a> {
    resource: &'a str,
    authorization_servers: [&'a str; 1],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    scopes_supported: &'a [String],
    bearer_methods_supported: [&'static str; 1],
    resource_name: &'a str,
}

/// The document of one resource. Needs no query.
pub async fn show(app: Data<App>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, Problem> {
    let resource = app.config.resource(&id).ok_or(Refusal::NotFound)?;
    let metadata = ResourceMetadata {
        resource: &resource.resource,
        authorization_servers: [app.config.server.public_url.issuer()],
        scopes_supported: &resource.scopes,
        bearer_methods_supported: ["header"],
        resource_name: &resource.name,
    };
    let text = serde_json::to_string(&metadata).map_err(|_| Refusal::Internal)?;
    let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Hashed::of(&text).as_bytes()));
    let document =
        Document { content_type: "application/json", cache_control: MAX_AGE, etag: &etag, body: || text.clone() };
    Ok(document.answer(&request))
}
