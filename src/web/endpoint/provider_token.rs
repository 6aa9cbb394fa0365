//! Access tokens of a provider: for the signed-in user, and for apps by token exchange (RFC 8693).

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::login::Code;
use crate::session::SignedIn;
use crate::vault::{ProviderAccessToken, ProviderTokenError, TokenOwner};
use crate::web::answer::problem::Problem;
use crate::web::answer::token_response::TokenResponse;
use crate::web::request::caller::Caller;

/// `GET /identities/{provider}/token`: the signed-in user's access token of that provider.
pub async fn show(app: Data<App>, caller: Caller, provider: Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let token = of(&app, &provider, &caller.signed_in, now).await.map_err(|none| match none {
        None => Code::UnknownProvider.into(),
        Some(none) => Problem::from(none),
    })?;
    Ok(HttpResponse::Ok().json(TokenResponse { provider: Some(&provider), ..response(&token, "OAuth", now) }))
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
    // `N_A` for OAuth 1.0a tokens: they are not used as RFC 6750 describes, and no other type is registered.
    let issued_token_type = Some("urn:ietf:params:oauth:token-type:access_token");
    TokenResponse { issued_token_type, ..response(token, "N_A", now) }.of_token_endpoint()
}

/// The members that both answers share. `of_another_kind`: the `token_type` of an OAuth 1.0a token. The refresh token
/// is never included: with rotation, only the gateway may use it.
fn response<'a>(token: &'a ProviderAccessToken, of_another_kind: &'a str, now: Timestamp) -> TokenResponse<'a> {
    let ProviderAccessToken { access_token, token_secret, scope, expires_at } = token;
    TokenResponse {
        access_token: access_token.expose(),
        token_type: if token_secret.is_some() { of_another_kind } else { "Bearer" },
        expires_in: expires_at.map(|expires_at| (expires_at - now).num_seconds().try_into().unwrap_or(0)),
        scope: scope.as_deref(),
        token_secret: token_secret.as_ref().map(Plain::expose),
        ..TokenResponse::default()
    }
}
