//! Access tokens of a provider: for the signed-in user, and for apps by token exchange (RFC 8693).

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::login::Code;
use crate::session::SignedIn;
use crate::vault::{ProviderAccessToken, ProviderTokenError, TokenOwner};
use crate::web::answer::problem::Problem;
use crate::web::request::caller::Caller;

/// `GET /identities/{provider}/token`: the signed-in user's access token of that provider.
pub async fn show(app: Data<App>, caller: Caller, provider: Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let token = of(&app, &provider, &caller.signed_in, now).await.map_err(|none| match none {
        None => Code::UnknownProvider.into(),
        Some(none) => Problem::from(none),
    })?;
    let mut body = members(&token, "OAuth", now);
    body.insert("provider".to_owned(), json!(*provider));
    Ok(HttpResponse::Ok().json(Value::Object(body)))
}

/// The user's valid access token of that provider. The error `None` means that the provider is unknown.
pub async fn of(
    app: &App,
    provider: &str,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Result<ProviderAccessToken, Option<ProviderTokenError>> {
    let provider = app.providers.get(provider).ok_or(None)?;
    let owner = TokenOwner { user: signed_in.user.sub, session: signed_in.session.id };
    app.vault.get(provider, owner, now).await.map_err(Some)
}

/// The answer to a token exchange (RFC 8693 §2.2.1).
pub fn exchanged(token: &ProviderAccessToken, now: Timestamp) -> HttpResponse {
    // `N_A` for OAuth 1.0a tokens: their use is not that of RFC 6750, and no other type is registered.
    let mut body = members(token, "N_A", now);
    body.insert("issued_token_type".to_owned(), json!("urn:ietf:params:oauth:token-type:access_token"));
    let mut answer = HttpResponse::Ok().json(Value::Object(body));
    answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    answer
}

/// The members that both answers share. `of_another_kind`: the `token_type` of an OAuth 1.0a token. The refresh token
/// is never included: with rotation, only the gateway may use it.
fn members(token: &ProviderAccessToken, of_another_kind: &str, now: Timestamp) -> Map<String, Value> {
    let ProviderAccessToken { access_token, token_secret, scope, expires_at } = token;
    let token_type = if token_secret.is_some() { of_another_kind } else { "Bearer" };
    let mut body = Map::from_iter([
        ("access_token".to_owned(), json!(access_token.expose())),
        ("token_type".to_owned(), json!(token_type)),
    ]);
    if let Some(secret) = token_secret {
        body.insert("token_secret".to_owned(), json!(secret.expose()));
    }
    if let Some(scope) = scope {
        body.insert("scope".to_owned(), json!(scope));
    }
    if let Some(expires_at) = expires_at {
        body.insert("expires_in".to_owned(), json!((*expires_at - now).num_seconds().max(0)));
    }
    body
}
