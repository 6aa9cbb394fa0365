//! `/end_session`: ends the session, and redirects to the client (OpenID Connect RP-Initiated Logout 1.0).

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::pages;
use super::params::Params;
use super::state::State;

/// Handles `GET` and `POST`; the parameters are in the query or in the form.
pub(super) async fn end_session(state: web::Data<State>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let encoded = if body.is_empty() { request.query_string().as_bytes() } else { &body };
    let Ok(params) = Params::read(encoded) else { return pages::refused("a parameter came twice") };
    let hint = params.get("id_token_hint").map(|hint| state.key.read(hint));
    if hint.as_ref().is_some_and(|hint| hint.as_ref().is_none_or(|claims| claims.get("aud") != Some(&client(&state)))) {
        return pages::refused("the id_token_hint is not an ID token of this provider");
    }
    if params.get("client_id").is_some_and(|id| id != state.client.id) {
        return pages::refused("the client_id is unknown");
    }
    if let Some(sid) = hint.flatten().as_ref().and_then(|claims| claims.get("sid")) {
        state.tokens.remove(|access| *sid == json!(access.sid));
    }
    let Some(back) = params.get("post_logout_redirect_uri") else {
        return pages::signed_out(&state.client.post_logout_redirect_uris);
    };
    let is_known = state.client.post_logout_redirect_uris.iter().any(|known| known == back);
    let is_proven = params.get("id_token_hint").or(params.get("client_id")).is_some();
    match url::Url::parse(back) {
        Ok(mut target) if is_known && is_proven => {
            if let Some(theirs) = params.get("state") {
                target.query_pairs_mut().append_pair("state", theirs);
            }
            HttpResponse::SeeOther().insert_header(("Location", String::from(target))).finish()
        }
        _ => pages::refused(&format!("the post_logout_redirect_uri {back:?} is not registered, or no client is named")),
    }
}

fn client(state: &State) -> serde_json::Value {
    json!(state.client.id)
}
