//! The discovery document and the JWKS (OpenID Connect Discovery §3).

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::state::State;

/// `GET /.well-known/openid-configuration`: the provider metadata.
pub(super) async fn discovery(state: web::Data<State>) -> HttpResponse {
    let at = |path: &str| format!("{}{path}", state.issuer);
    HttpResponse::Ok().json(json!({
        "issuer": state.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "end_session_endpoint": at("/end_session"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "profile", "email"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid",
            "email", "email_verified", "name", "preferred_username", "picture", "groups",
        ],
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
    }))
}

/// `GET /jwks`: the JWKS (RFC 7517 §5).
pub(super) async fn jwks(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(state.key.jwks())
}
