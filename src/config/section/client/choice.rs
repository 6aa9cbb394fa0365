//! The values of `clients.<id>.grants` and `clients.<id>.type`.

use schemars::JsonSchema;
use serde::Deserialize;

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
