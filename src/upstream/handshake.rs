//! The values of one login: the request to start it, the handshake that is stored until the response, and the response.

use serde::{Deserialize, Serialize};

use super::sent::Sent;
use crate::base::clock::Timestamp;
use crate::base::jws::JwsAlgorithm;
use crate::base::secret::Plain;

/// The request to start a login.
pub struct LoginRequest {
    /// The redirect URI, used in the authorization request and again in the token request.
    pub redirect_uri: String,
    /// Parameters for the authorization request.
    pub hints: LoginHints,
}

/// The parameters that a caller may pass on to the provider (OpenID Connect Core §3.1.2.1; RA-16).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoginHints {
    /// The login identifier that the user might use.
    pub login_hint: Option<String>,
    /// The pages that the provider is asked to show: `none`, `login`, `consent`, `select_account`.
    pub prompt: Option<String>,
    /// The maximum age of the authentication, in seconds.
    pub max_age: Option<u32>,
    /// Requested authentication context classes, separated by spaces.
    pub acr_values: Option<String>,
    /// The user's preferred languages (BCP 47), separated by spaces.
    pub ui_locales: Option<String>,
}

impl LoginHints {
    /// Whether the caller asks for more than a sign-in: for certain pages, or for a certain authentication.
    pub fn ask_for_more(&self) -> bool {
        self.prompt.is_some() || self.max_age.is_some() || self.acr_values.is_some()
    }
}

/// A login that was started.
pub struct StartedLogin {
    /// The URL to which the browser is redirected.
    pub url: String,
    /// The `state` parameter of that URL, or of the callback (OAuth 1.0a).
    pub state: Plain,
    /// The values with which the authorization response is compared.
    pub handshake: Handshake,
}

/// The values with which the authorization response is compared. Serialized only to be sealed.
#[derive(Default, Serialize, Deserialize)]
pub struct Handshake {
    /// The `redirect_uri` of the request.
    pub redirect_uri: String,
    /// The expected `nonce` of the ID token. For a protocol without one, a random value that was not sent, so that nothing
    /// matches it.
    pub nonce: String,
    /// The PKCE code verifier, unless PKCE is off.
    pub verifier: Option<String>,
    /// The requested `max_age`, in seconds.
    pub max_age: Option<u32>,
    /// OAuth 1.0a: the temporary credentials that the response must name. Replicas of earlier versions do not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_token: Option<RequestToken>,
    /// The parameters of the caller, so that the same login can begin again.
    #[serde(default)]
    pub hints: LoginHints,
    /// Whether this login is the second attempt, after one that the provider could not complete.
    #[serde(default)]
    pub is_repeated: bool,
    /// Confidential values of the authorization request, which an error text of the provider may repeat.
    #[serde(skip)]
    pub sent: Sent,
}

/// Temporary credentials (RFC 5849 §2.1).
#[derive(Serialize, Deserialize)]
pub struct RequestToken {
    /// The identifier (`oauth_token`), which the browser sees.
    pub token: String,
    /// The shared secret, which the browser does not see.
    pub secret: String,
}

/// The grant in a successful authorization response.
pub enum AuthorizationGrant {
    /// OpenID Connect Core §3.1.2.5 and RFC 6749 §4.1.2.
    Code {
        /// The authorization code (RFC 6749 §4.1.2), which is redeemed at most once.
        code: Plain,
        /// The `iss` parameter (RFC 9207), if present.
        iss: Option<String>,
        /// Whether `iss` must be present, also if the provider does not announce it: another provider has the same redirect
        /// URI.
        iss_is_required: bool,
        /// The `user` parameter of a form post (Sign in with Apple), as received.
        user: Option<String>,
    },
    /// OAuth 1.0a (RFC 5849 §2.2).
    Verifier {
        /// `oauth_token`: the identifier of the temporary credentials.
        token: Plain,
        /// `oauth_verifier`: the verification code for the token request.
        verifier: Plain,
    },
}

/// The claims of a verified logout token (OpenID Connect Back-Channel Logout 1.0 §2.4). At least one of `sid` and `sub` is
/// present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutClaims {
    /// The unique identifier of the token.
    pub jti: String,
    /// When the token becomes too old to be accepted; its `jti` is stored until then.
    pub until: Timestamp,
    /// The session identifier at the provider, as received.
    pub sid: Option<String>,
    /// The subject identifier at the provider; at a multi-tenant provider with the tenant as a prefix.
    pub sub: Option<String>,
    /// The algorithm of the token, if the configuration names none: then it is compared with the algorithm of ID
    /// tokens.
    pub algorithm: Option<LogoutAlgorithm>,
}

/// The algorithm of a logout token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogoutAlgorithm {
    /// The algorithm that signed the token.
    pub algorithm: JwsAlgorithm,
    /// Whether the provider's metadata lists it for ID tokens.
    pub is_listed: bool,
}
