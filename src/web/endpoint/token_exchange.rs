//! Token exchange (RFC 8693): an app presents an access token that the gateway issued to it, and gets a valid access
//! token of the provider in `audience`.

use super::provider_token;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::client::Client;
use crate::gate;
use crate::vault::{ProviderAccessToken, ProviderTokenError};
use crate::web::answer::problem::Problem;
use crate::web::request::extract::Parameters;

/// The `grant_type` of a token exchange (§2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The only supported type of `subject_token` and of the issued token (§3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A refusal: the `error` of RFC 6749 §5.2 or RFC 8693 §2.2.2, and the problem with status and description.
pub struct Refused(pub &'static str, pub Problem);

impl Refused {
    fn because(error: &'static str) -> Self {
        Self(error, Problem::invalid_request())
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem.oauth_error(), problem)
    }
}

/// Exchanges the token (OP-07). The error does not say why a token is invalid, so that found tokens cannot be tested.
pub async fn exchange(
    app: &App,
    client: &Client,
    form: &Parameters,
    now: Timestamp,
) -> Result<ProviderAccessToken, Refused> {
    if !client.may_exchange() {
        return Err(Refused::because("unauthorized_client"));
    }
    let wanted = |name: &str| form.get(name).ok_or_else(|| Refused::because("invalid_request"));
    let (subject_token, provider) = (wanted("subject_token")?, wanted("audience")?);
    if wanted("subject_token_type")? != ACCESS_TOKEN {
        return Err(Refused::because("invalid_request"));
    }
    if form.get("requested_token_type").is_some_and(|wanted| wanted != ACCESS_TOKEN) {
        return Err(Refused::because("invalid_request"));
    }
    // Delegation (§1.1) is not supported.
    if form.get("actor_token").is_some() || form.get("actor_token_type").is_some() {
        return Err(Refused::because("invalid_request"));
    }
    // The scope of the provider's token is set at the login; the exchange cannot change it.
    if form.get("scope").is_some() {
        return Err(Refused::because("invalid_scope"));
    }
    if form.get("resource").is_some() || !client.may_have_tokens_of(provider) {
        return Err(Refused::because("invalid_target"));
    }
    let signed_in = gate::subject(app, client, subject_token, now).await.map_err(|refused| match refused {
        unknown @ (gate::AccessTokenError::NotFresh | gate::AccessTokenError::Db(_)) => Problem::from(unknown).into(),
        _ => Refused::because("invalid_request"),
    })?;
    provider_token::of(app, provider, &signed_in, now).await.map_err(|none| match none {
        None | Some(ProviderTokenError::NotStored) => Refused::because("invalid_target"),
        Some(ProviderTokenError::NotLinked) => Refused("invalid_target", Problem::not_linked_exchange()),
        Some(ProviderTokenError::ReauthRequired) => {
            Refused("interaction_required", Problem::reauth_required_exchange())
        }
        Some(none @ ProviderTokenError::Provider(_)) => Refused("temporarily_unavailable", none.into()),
        Some(ProviderTokenError::Db(error)) => Problem::from(error).into(),
    })
}
