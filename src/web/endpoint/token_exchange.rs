//! Token exchange (RFC 8693): an app presents an access token that the gateway issued to it, and gets a valid access
//! token of the provider in `audience`.

use super::provider_token;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::client::Client;
use crate::gate;
use crate::vault::{ProviderAccessToken, ProviderTokenError};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::extract::Parameters;

/// The `grant_type` of a token exchange (§2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The only supported type of `subject_token` and of the issued token (§3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Exchanges the token (OP-07). The error does not say why a token is invalid, so that found tokens cannot be tested.
pub async fn exchange(
    app: &App,
    client: &Client,
    form: &Parameters,
    now: Timestamp,
) -> Result<ProviderAccessToken, Problem> {
    if !client.may_exchange() {
        return Err(Refusal::UnauthorizedClient.into());
    }
    let wanted = |name: &str| form.get(name).ok_or(Refusal::InvalidRequest);
    let (subject_token, provider) = (wanted("subject_token")?, wanted("audience")?);
    if wanted("subject_token_type")? != ACCESS_TOKEN {
        return Err(Refusal::InvalidRequest.into());
    }
    if form.get("requested_token_type").is_some_and(|wanted| wanted != ACCESS_TOKEN) {
        return Err(Refusal::InvalidRequest.into());
    }
    // Delegation (§1.1) is not supported.
    if form.get("actor_token").is_some() || form.get("actor_token_type").is_some() {
        return Err(Refusal::InvalidRequest.into());
    }
    // The scope of the provider's token is set at the login; the exchange cannot change it.
    if form.get("scope").is_some() {
        return Err(Refusal::InvalidScope.into());
    }
    if form.get("resource").is_some() || !client.may_have_tokens_of(provider) {
        return Err(Refusal::InvalidTarget.into());
    }
    let signed_in = gate::subject(app, client, subject_token, now).await.map_err(|refused| match refused {
        unknown @ (gate::AccessTokenError::NotFresh | gate::AccessTokenError::Db(_)) => Problem::from(unknown),
        _ => Refusal::InvalidRequest.into(),
    })?;
    provider_token::of(app, provider, &signed_in, now).await.map_err(|none| match none {
        None | Some(ProviderTokenError::NotStored) => Refusal::InvalidTarget.into(),
        Some(ProviderTokenError::NotLinked) => Refusal::NotLinkedExchange.into(),
        Some(ProviderTokenError::ReauthRequired) => Refusal::ReauthRequiredExchange.into(),
        Some(none @ ProviderTokenError::Provider(_)) => Problem::from(none),
        Some(ProviderTokenError::Db(error)) => Problem::from(error),
    })
}
