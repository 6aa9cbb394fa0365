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
use crate::web::request::token_request::ExchangeRequest;

/// Exchanges the token (OP-07). The error does not say why a token is invalid, so that found tokens cannot be tested.
pub async fn exchange(
    app: &App,
    client: &Client,
    request: &ExchangeRequest,
    now: Timestamp,
) -> Result<ProviderAccessToken, Problem> {
    let ExchangeRequest { subject_token, provider } = request;
    let signed_in = gate::subject(app, client, subject_token.expose(), now).await.map_err(|refused| match refused {
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
