//! The values of a provider's keys that are one of a few words.

use schemars::JsonSchema;
use serde::Deserialize;

/// The protocol that a provider speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProviderKind {
    /// OpenID Connect Core 1.0.
    Oidc,
    /// OAuth 2.0 (RFC 6749).
    OAuth2,
    /// OAuth 1.0a (RFC 5849).
    OAuth1,
}

impl ProviderKind {
    /// The value as it is written in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Oidc => "oidc",
            Self::OAuth2 => "oauth2",
            Self::OAuth1 => "oauth1",
        }
    }
}

/// How the gateway authenticates at the token endpoint (OpenID Connect Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// By the provider's metadata: `private_key_jwt` if a private key is given and the metadata lists it, else
    /// `client_secret_basic`, else `client_secret_post`; if nothing is listed, `client_secret_basic`.
    Auto,
    /// HTTP Basic; id and secret are form-encoded first (RFC 6749 §2.3.1).
    ClientSecretBasic,
    /// Id and secret in the request body.
    ClientSecretPost,
    /// A JWT that is signed with the private key (RFC 7523).
    PrivateKeyJwt,
    /// In the request body, a JWT in the form that Apple defines as the client secret.
    Apple,
    /// No authentication: a public client.
    None,
}

impl TokenEndpointAuthMethod {
    /// The value as it is written in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::Apple => "apple",
            Self::None => "none",
        }
    }
}

/// The PKCE code challenge method (RFC 7636 §4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Pkce {
    /// The SHA-256 of the verifier, the only secure method.
    S256,
    /// For providers that do not support `S256`.
    #[serde(rename = "plain")]
    Plain,
    /// No PKCE, for providers that reject it.
    #[serde(rename = "off")]
    Off,
}

/// How the provider returns the authorization response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI, the default for a code.
    #[serde(rename = "")]
    Query,
    /// In a form that the browser posts (OAuth 2.0 Form Post Response Mode).
    FormPost,
}

/// When authorization requests are pushed (RFC 9126).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PushedAuthorization {
    /// If the provider's metadata advertise it.
    Auto,
    /// At every login, whatever the metadata or the ID token contain.
    Always,
    /// At no login, whatever the metadata or the ID token contain.
    Never,
}

/// When claims are requested from the userinfo endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Userinfo {
    /// When the ID token lacks the e-mail address or another claim that is needed. A login does without the response if
    /// it fails, unless a rule of `allow` compares a claim that the ID token lacks.
    Auto,
    /// At every login, whatever the metadata or the ID token contain.
    Always,
    /// At no login, whatever the metadata or the ID token contain.
    Never,
}

/// The value of `email_verified` if a provider does not send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum EmailVerified {
    /// Nothing: the address is neither verified nor not verified.
    #[serde(rename = "")]
    Stated,
    /// The address counts as verified, but links no identities.
    #[serde(rename = "assume")]
    Assume,
}

/// An authentication assurance level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Aal {
    /// One factor, as a password alone.
    Aal1,
    /// Two factors of different kinds.
    Aal2,
    /// Two different factors, one of them in hardware.
    Aal3,
}

/// The effect of a logout at the gateway on the session at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ProviderLogout {
    /// The session at the provider stays active.
    Local,
    /// The session at the provider ends as well (OpenID Connect RP-Initiated Logout 1.0).
    Provider,
}

/// How OAuth 1.0a requests are signed (RFC 5849 §3.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum SignatureMethod {
    /// HMAC with SHA-1, which most providers require.
    #[serde(rename = "HMAC-SHA1")]
    HmacSha1,
    /// HMAC with SHA-256, if the provider supports it.
    #[serde(rename = "HMAC-SHA256")]
    HmacSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-1, with a private key.
    #[serde(rename = "RSA-SHA1")]
    RsaSha1,
    /// No signature: the secrets themselves are sent, protected by TLS only.
    #[serde(rename = "PLAINTEXT")]
    Plaintext,
}
