//! `POST /token`: exchanges a code for tokens (OpenID Connect Core §3.1.3).

use actix_web::{HttpRequest, HttpResponse, web};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::json;

use super::params::Params;
use super::refusal::TokenRefusal;
use super::state::{Access, Failure, Grant, State, TOKEN_LIFETIME};

/// How long a code is valid.
const CODE_LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// Handles the token request.
pub(super) async fn token(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let grant = match redeem(&state, &request, &body) {
        Ok(grant) => grant,
        Err(refusal) => return refusal.answer(),
    };
    if grant.failure == Some(Failure::Slow) {
        tokio::time::sleep(state.slow).await;
    }
    let now = state.clock.now();
    let (person, scope, sid) = (grant.person.clone(), grant.scope.clone(), grant.sid.clone());
    let access = state.tokens.insert(Access { person, scope, sid, issued: now });
    let Ok(id_token) = state.id_token(&grant, &access, now) else {
        return HttpResponse::InternalServerError().finish();
    };
    HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(json!({
        "access_token": access.expose(),
        "token_type": "Bearer",
        "expires_in": TOKEN_LIFETIME,
        "scope": grant.scope,
        "id_token": id_token,
    }))
}

fn redeem(state: &State, request: &HttpRequest, body: &[u8]) -> Result<Grant, TokenRefusal> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let media_type = header("content-type").and_then(|value| value.split(';').next()).unwrap_or_default();
    if media_type.trim() != "application/x-www-form-urlencoded" {
        return Err(TokenRefusal::invalid_request("the body is not application/x-www-form-urlencoded"));
    }
    let params = Params::read(body).map_err(|_| TokenRefusal::invalid_request("a parameter occurs twice"))?;
    state.client.authenticate(header("authorization"), &params)?;
    match params.get("grant_type") {
        Some("authorization_code") => {}
        Some(_) => return Err(TokenRefusal::unsupported_grant_type()),
        None => return Err(TokenRefusal::invalid_request("no grant_type")),
    }
    let code = params.get("code").ok_or(TokenRefusal::invalid_request("no code"))?;
    let unknown = TokenRefusal::invalid_grant("the code is unknown");
    let grant = state.codes.update(code, |grant| grant.redeemed = true).ok_or(unknown)?;
    check(state, &grant, &params)?;
    Ok(grant)
}

/// Checks the request against the code. A presented code is used up even if a check fails.
fn check(state: &State, grant: &Grant, params: &Params) -> Result<(), TokenRefusal> {
    let refuse = |description| Err(TokenRefusal::invalid_grant(description));
    if grant.redeemed {
        // The code may have been stolen, so the tokens of its first use are revoked (RFC 6749 §4.1.2).
        state.tokens.remove(|access| access.sid == grant.sid);
        return refuse("the code was used before");
    }
    if state.clock.now() > grant.auth_time + CODE_LIFETIME {
        return refuse("the code has expired");
    }
    if params.get("redirect_uri") != Some(grant.redirect_uri.as_str()) {
        return refuse("the redirect_uri differs from the redirect_uri of the authorization request");
    }
    match (&grant.challenge, params.get("code_verifier")) {
        (None, None) => Ok(()),
        (Some(challenge), Some(verifier)) if *challenge == s256(verifier) => Ok(()),
        (Some(_), Some(_)) => refuse("the code_verifier does not fit the code_challenge"),
        (Some(_), None) => refuse("no code_verifier"),
        (None, Some(_)) => refuse("a code_verifier without a code_challenge"),
    }
}

/// The S256 code challenge of a verifier (RFC 7636 §4.2).
pub(super) fn s256(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}
