//! The result of a login: the verified identity and the provider's tokens.

use serde_json::{Map, Value};

use super::claim_losses::ClaimLosses;
use super::error_response::ProviderError;
use super::failure::{Failure, Fault};
use super::sent::Sent;
use super::{claims, profile};
use crate::account::Profile;
use crate::base::clock::Timestamp;
use crate::base::jws::JwsAlgorithm;
use crate::base::secret::Plain;
use crate::config::Registration;

/// A user at a provider, as verified by a login. Every text is bounded and free of control characters.
pub struct Identity {
    /// The subject identifier at the provider, 1 to 255 characters.
    pub sub: String,
    /// The profile, mapped from the claims by the provider's configuration.
    pub profile: Profile,
    /// All claims of the ID token and of userinfo, without the protocol claims; cleaned and bounded.
    pub claims: Value,
    /// All claims as received, one value per source, in order of preference. For login rules only: neither cleaned nor
    /// bounded.
    pub raw_claims: Vec<Value>,
    /// When the provider authenticated the user, if it says so.
    pub auth_time: Option<Timestamp>,
    /// The authentication context class (OpenID Connect Core §2).
    pub acr: Option<String>,
    /// The authentication methods (RFC 8176).
    pub amr: Option<Vec<String>>,
    /// The session identifier at the provider.
    pub sid: Option<String>,
    /// The algorithm of the ID token; `None` for a protocol without them.
    pub id_token_algorithm: Option<JwsAlgorithm>,
    /// The claim values that were dropped, cut or changed.
    pub losses: ClaimLosses,
    /// The tokens that the provider issued.
    pub tokens: ProviderTokens,
}

impl Identity {
    /// The identity in the responses of the profile requests. Fails without a usable `sub`.
    pub(super) fn of_profile(
        registration: &Registration,
        claims: Map<String, Value>,
        tokens: ProviderTokens,
    ) -> Result<Self, Failure> {
        let claims = Value::Object(claims);
        let sub = claims::sub_of_profile(registration, &claims);
        let sub = sub.ok_or_else(|| without_sub(&claims, &tokens))?;
        let (profile, mut losses) = profile::read(registration, &[&claims]);
        let compared = &registration.compared_elsewhere;
        let cleaned = claims.as_object().map(|members| claims::storable(members, &sub, &profile, compared));
        let (cleaned, lost) = cleaned.unwrap_or_default();
        losses.add(lost);
        let (raw_claims, claims) = (vec![claims], cleaned);
        let id_token_algorithm = None;
        let (auth_time, acr, amr, sid) = (None, None, None, None);
        Ok(Self { sub, profile, claims, raw_claims, auth_time, acr, amr, sid, id_token_algorithm, losses, tokens })
    }
}

/// Why a profile has no `sub`: it is an error with status 200, or `claims.sub` names another member.
fn without_sub(claims: &Value, tokens: &ProviderTokens) -> Failure {
    let mut sent = Sent::default();
    sent.add(tokens.access_token.expose());
    let error = claims.as_object().and_then(ProviderError::of_members);
    let is_refusal = error.as_ref().is_some_and(|error| !error.is_temporary());
    let description =
        error.map(|error| format!(": it answered with an error{}", error.describe(&sent))).unwrap_or_default();
    let fault = if is_refusal { Fault::Refused } else { Fault::InvalidResponse };
    Failure::userinfo(fault, format!("the profile has no usable sub (claims.sub){description}"))
}

/// The tokens in a provider's token response.
pub struct ProviderTokens {
    /// In compact form (OpenID Connect only).
    pub id_token: Option<Plain>,
    /// For the provider's own APIs.
    pub access_token: Plain,
    /// Present if the provider issues one.
    pub refresh_token: Option<Plain>,
    /// The token secret (OAuth 1.0a only).
    pub token_secret: Option<Plain>,
    /// The granted scopes, separated by spaces, if the provider named them.
    pub scope: Option<String>,
    /// The lifetime of the access token in seconds, if the provider named it.
    pub expires_in: Option<u64>,
}
