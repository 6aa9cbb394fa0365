//! Token exchange (RFC 8693): an app shows an access token that we issued to it, and gets a live one of the provider that
//! it names as `audience`.

use super::extract::Parameters;
use super::problem::Problem;
use super::provider_token;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::client::Client;
use crate::gate;
use crate::vault::{ProviderAccessToken, ProviderTokenError};

/// Its `grant_type`.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The only type of token that is taken, and that is given (§3).
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A refusal: the word of RFC 6749 §5.2 and RFC 8693 §2.2.2, and what else there is to say.
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

/// Exchanges (OP-07). What is wrong with the token is not told: whoever has no good one of their own learns nothing.
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
    // Nobody acts for somebody else here.
    if form.get("actor_token").is_some() || form.get("actor_token_type").is_some() {
        return Err(Refused::because("invalid_request"));
    }
    // What a provider's token is good for, the provider has decided.
    if form.get("scope").is_some() {
        return Err(Refused::because("invalid_scope"));
    }
    if form.get("resource").is_some() || !client.may_have_tokens_of(provider) {
        return Err(Refused::because("invalid_target"));
    }
    let signed_in = gate::subject(app, client, subject_token, now).await.map_err(|refused| match refused {
        unknown @ (gate::Refused::NotFresh | gate::Refused::Db(_)) => Problem::from(unknown).into(),
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
