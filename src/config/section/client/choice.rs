//! The keys of a client that are one of a few words.

use schemars::JsonSchema;
use serde::Deserialize;

/// A way to come by tokens (RFC 6749 §1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Somebody signs in.
    AuthorizationCode,
    /// A session is refreshed.
    RefreshToken,
    /// The client itself, with no person behind it.
    ClientCredentials,
}

impl Grant {
    /// Its `grant_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }
}

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientType {
    /// It cannot: it runs where its user can look into it.
    Public,
    /// It can: it runs on a server.
    Confidential,
}
