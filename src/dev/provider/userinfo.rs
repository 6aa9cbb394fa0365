//! `/userinfo`: the claims for an access token (OpenID Connect Core §5.3).

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::TimeDelta;

use super::state::{State, TOKEN_LIFETIME};

/// Handles `GET` and `POST` with a bearer token.
pub(super) async fn userinfo(state: web::Data<State>, request: HttpRequest) -> HttpResponse {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let Some(token) = header.and_then(|value| value.strip_prefix("Bearer ")) else {
        return HttpResponse::Unauthorized().insert_header(("WWW-Authenticate", "Bearer")).finish();
    };
    let lifetime = TimeDelta::seconds(TOKEN_LIFETIME);
    match state.tokens.find(token).filter(|access| state.clock.now() <= access.issued + lifetime) {
        Some(access) => HttpResponse::Ok()
            .insert_header(("Cache-Control", "no-store"))
            .json(access.person.claims(&access.scope, &state.issuer)),
        None => {
            HttpResponse::Unauthorized().insert_header(("WWW-Authenticate", "Bearer error=\"invalid_token\"")).finish()
        }
    }
}
