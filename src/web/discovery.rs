//! `GET /.well-known/jwks.json`: the JWK Set (RFC 7517 §5).

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::client;
use crate::app::App;

/// The public keys. Needs no query, so it works while the database is unavailable (JW-10).
pub async fn jwks(app: Data<App>, request: HttpRequest) -> HttpResponse {
    // Read `max_age` before the keys: a reload between the two makes the keys newer, never older.
    let max_age = app.keys.max_age();
    let keys = app.keys.keys();
    let mut answer = if client::has_already(&request, keys.etag()) {
        HttpResponse::NotModified().finish()
    } else {
        HttpResponse::Ok().content_type("application/jwk-set+json").body(keys.jwks().to_owned())
    };
    // Shorter than the time between the publication of a new key and its first signature (JW-07).
    let max_age = max_age.as_secs();
    let headers = answer.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={max_age}")) {
        headers.insert(header::CACHE_CONTROL, value);
    }
    if let Ok(value) = HeaderValue::from_str(keys.etag()) {
        headers.insert(header::ETAG, value);
    }
    answer
}
