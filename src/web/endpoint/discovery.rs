//! `GET /.well-known/jwks.json`: the JWK Set (RFC 7517 §5).

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::web::answer::conditional::Document;

/// The public keys. Needs no query, so it works while the database is unavailable (JW-10).
pub async fn jwks(app: Data<App>, request: HttpRequest) -> HttpResponse {
    // Read `max_age` before the keys: a reload between the two makes the keys newer, never older. It is shorter than the
    // time between the publication of a new key and its first signature (JW-07).
    let max_age = app.keys.max_age().as_secs();
    let keys = app.keys.keys();
    let document = Document {
        content_type: "application/jwk-set+json",
        cache_control: &format!("public, max-age={max_age}"),
        etag: keys.etag(),
        body: || keys.jwks().to_owned(),
    };
    document.answer(&request)
}
