//! What a provider vouched for.

use serde_json::{Map, Value};

use super::claims;
use super::failure::{Failure, Fault};
use crate::account::Profile;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::config::Registration;

/// Someone a provider recognised, verified and cleaned: every text is bounded and free of control characters.
pub struct Identity {
    /// Who it is at that provider; 1 to 255 characters.
    pub sub: String,
    /// The profile.
    pub profile: Profile,
    /// All claims of the ID token and of userinfo, without the protocol's own.
    pub claims: Value,
    /// The same as they came, the protocol's own among them, source by source; the one that comes first is preferred. For
    /// rules only: nothing of it is cleaned or bounded.
    pub said: Vec<Value>,
    /// When the provider authenticated the person, where it says so.
    pub auth_time: Option<Timestamp>,
    /// Authentication context class.
    pub acr: Option<String>,
    /// Authentication methods.
    pub amr: Option<Vec<String>>,
    /// The provider's session id.
    pub sid: Option<String>,
    /// What the provider issued, for the logout hint and for apps that are shown it.
    pub tokens: ProviderTokens,
}

impl Identity {
    /// Someone of whom the profile calls tell. Without a usable `sub` there is nobody.
    pub(super) fn of_profile(
        registration: &Registration,
        claims: Map<String, Value>,
        tokens: ProviderTokens,
    ) -> Result<Self, Failure> {
        let claims = Value::Object(claims);
        let sub = claims::sub_of_profile(registration, &claims);
        let sub = sub.ok_or_else(|| Failure::userinfo(Fault::Answer, "the profile has no usable sub (claims.sub)"))?;
        let profile = claims::profile(registration, &[&claims]);
        let cleaned = claims.as_object().map(|members| claims::cleaned(members, &sub, &profile));
        let (said, claims) = (vec![claims], cleaned.unwrap_or_default());
        Ok(Self { sub, profile, claims, said, auth_time: None, acr: None, amr: None, sid: None, tokens })
    }
}

/// The provider's own tokens.
pub struct ProviderTokens {
    /// ID token.
    pub id_token: Option<Plain>,
    /// Access token.
    pub access_token: Plain,
    /// Refresh token.
    pub refresh_token: Option<Plain>,
    /// OAuth 1.0a: the secret that belongs to the access token.
    pub token_secret: Option<Plain>,
    /// What the access token is good for, where the provider says so: scopes with spaces between them.
    pub scope: Option<String>,
    /// Life of the access token in seconds, where the provider says so.
    pub expires_in: Option<u64>,
}
