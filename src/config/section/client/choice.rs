//! The values of a client's keys that are one of a few words.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::value::algorithm::Algorithm;

/// A grant type (RFC 6749 §1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Redeems the code of a login (§4.1).
    AuthorizationCode,
    /// Refreshes the tokens of a session (§6).
    RefreshToken,
    /// Tokens for the client itself, without a user (§4.4).
    ClientCredentials,
}

impl Grant {
    /// The value of `grant_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }
}

/// The accepted `aud` of a client's assertions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AssertionAudience {
    /// The issuer, the token endpoint or the endpoint that is called: as one text, or a list of nothing else.
    Endpoints,
    /// The issuer alone, as one text (FAPI 2.0, RFC 7523bis).
    Issuer,
}

/// The client type: whether the client can keep a secret (RFC 6749 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// It cannot: its code and data are on the user's device.
    Public,
    /// It can: it runs on a server.
    Confidential,
}

/// The claims about the user in ID tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum IdTokenClaims {
    /// All claims that the scopes release.
    Scopes,
    /// What the scopes release is at userinfo only (OpenID Connect Core §5.4).
    Minimal,
}

/// The sessions that end by a logout request of the client's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ServerLogout {
    /// The app's session that the ID token names.
    App,
    /// The sign-in that it came from too, with all apps under it.
    SignIn,
}

/// The value of `access_token_alg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum AccessTokenAlg {
    /// The first of `signing.algorithms`.
    #[serde(rename = "")]
    First,
    /// ECDSA with P-256 and SHA-256 (RFC 7518 §3.4).
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3).
    #[serde(rename = "RS256")]
    Rs256,
    /// `EdDSA` with Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl AccessTokenAlg {
    /// The algorithm; `None` for the first of `signing.algorithms`.
    pub fn algorithm(self) -> Option<Algorithm> {
        match self {
            Self::First => None,
            Self::Es256 => Some(Algorithm::Es256),
            Self::Rs256 => Some(Algorithm::Rs256),
            Self::EdDsa => Some(Algorithm::EdDsa),
        }
    }
}
