//! What a provider vouched for.

use crate::account::Profile;
use crate::base::clock::Instant;
use crate::base::secret::Plain;

/// Someone a provider recognised, verified and cleaned: every text is bounded and free of control characters.
pub struct Identity {
    /// Who it is at that provider; 1 to 255 characters.
    pub sub: String,
    /// The profile.
    pub profile: Profile,
    /// All claims of the ID token and of userinfo, without the protocol's own.
    pub claims: serde_json::Value,
    /// The same as they came, the protocol's own among them, source by source; the one that comes first is preferred. For
    /// rules only: nothing of it is cleaned or bounded.
    pub said: Vec<serde_json::Value>,
    /// When the provider authenticated the person, where it says so.
    pub auth_time: Option<Instant>,
    /// Authentication context class.
    pub acr: Option<String>,
    /// Authentication methods.
    pub amr: Option<Vec<String>>,
    /// The provider's session id.
    pub sid: Option<String>,
    /// What the provider issued, for the logout hint and for apps that are shown it.
    pub tokens: ProviderTokens,
}

/// The provider's own tokens.
pub struct ProviderTokens {
    /// ID token.
    pub id_token: Option<Plain>,
    /// Access token.
    pub access_token: Plain,
    /// Refresh token.
    pub refresh_token: Option<Plain>,
    /// Life of the access token in seconds, where the provider says so.
    pub expires_in: Option<u64>,
}
