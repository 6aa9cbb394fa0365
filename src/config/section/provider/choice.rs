//! The keys of a provider that are one of a few words.

use schemars::JsonSchema;
use serde::Deserialize;

/// The protocol that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// OpenID Connect.
    Oidc,
    /// OAuth 2.0.
    OAuth2,
    /// OAuth 1.0a.
    OAuth1,
}

impl Kind {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::OAuth2 => "oauth2",
            Self::OAuth1 => "oauth1",
        }
    }
}

/// How we prove to the token endpoint to be the client (OpenID Connect Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// HTTP Basic with form-encoded parts.
    ClientSecretBasic,
    /// In the body.
    ClientSecretPost,
    /// A signed assertion (RFC 7523).
    PrivateKeyJwt,
    /// In the body, a secret that is minted from a private key as Apple wants it.
    Apple,
    /// Not at all: a public client.
    None,
}

impl TokenEndpointAuthMethod {
    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::Apple => "apple",
            Self::None => "none",
        }
    }
}

/// How PKCE is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Pkce {
    /// The only one to use.
    S256,
    /// For providers that know no better.
    #[serde(rename = "plain")]
    Plain,
    /// For providers that refuse it.
    #[serde(rename = "off")]
    Off,
}

/// How the provider's answer comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query, as is usual for a code.
    #[serde(rename = "")]
    Query,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// Whether authorization requests are pushed (RFC 9126).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PushedAuthorization {
    /// Where the provider advertises it.
    Auto,
    /// At every login.
    Always,
    /// Never.
    Never,
}

/// When the userinfo endpoint is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Userinfo {
    /// When the ID token lacks the e-mail address or a claim that is needed.
    Auto,
    /// At every login.
    Always,
    /// Never.
    Never,
}

/// What becomes of the sign-in at the provider when ours ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProviderLogout {
    /// It stays.
    Local,
    /// It is ended too (OpenID Connect RP-Initiated Logout 1.0).
    Provider,
}

/// How OAuth 1.0a requests are signed (RFC 5849 §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum SignatureMethod {
    /// What nearly all want.
    #[serde(rename = "HMAC-SHA1")]
    HmacSha1,
    /// The same with a better hash.
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
    /// With a private key.
    #[serde(rename = "RSA-SHA1")]
    RsaSha1,
    /// Not at all: the secrets themselves, which TLS protects.
    #[serde(rename = "PLAINTEXT")]
    Plaintext,
}
