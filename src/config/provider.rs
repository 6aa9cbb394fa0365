//! `[providers.*]`: the people's providers, as validated values.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use crate::base::authorities::Authorities;
use crate::base::secret::Plain;

/// One configured provider.
pub struct Provider {
    /// The key of its table: lower-case letters, digits, `-` and `_`. Part of URLs and of `(provider, sub)`.
    pub id: String,
    /// What people read on the button.
    pub name: String,
    /// The `redirect_uri` of the JSON door, where a frontend owns it.
    pub redirect_uri: Option<Url>,
    /// How it is spoken to.
    pub protocol: Protocol,
}

/// How a provider is spoken to.
pub enum Protocol {
    /// OpenID Connect, by discovery.
    Oidc(Oidc),
}

/// An OpenID provider.
pub struct Oidc {
    /// Its issuer, byte for byte as it must stand in metadata and ID tokens.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; none for a public client.
    pub client_secret: Option<Plain>,
    /// How we prove to be the client.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// Always with `openid`.
    pub scopes: Vec<String>,
    /// PKCE (RFC 7636).
    pub pkce: Pkce,
    /// Added to the authorization URL; no reserved parameter among them.
    pub extra_params: Vec<(String, String)>,
    /// When the userinfo endpoint is asked.
    pub userinfo: Userinfo,
    /// JWS algorithms an ID token may be signed with; empty: what discovery says, but never `none` or HMAC.
    pub signing_algorithms: Vec<String>,
    /// How far its clock may be off.
    pub leeway: Duration,
    /// How long any of its answers may take.
    pub timeout: Duration,
    /// What its certificate is checked against instead of the system's authorities.
    pub authorities: Option<Authorities>,
    /// Given instead of what discovery says.
    pub endpoints: Endpoints,
    /// Whether a plain-http issuer off loopback is accepted.
    pub insecure_allow_http: bool,
    /// Whether a login counts as one of this moment where the provider does not say when it authenticated the person.
    pub insecure_assume_fresh_login: bool,
    /// Whether the provider's own tokens are shown at the JSON door.
    pub expose_tokens: bool,
}

/// Endpoints that the operator gave instead of discovery's.
#[derive(Default)]
pub struct Endpoints {
    /// Where people are sent.
    pub authorization_endpoint: Option<Url>,
    /// Where codes are redeemed.
    pub token_endpoint: Option<Url>,
    /// Where claims are asked for.
    pub userinfo_endpoint: Option<Url>,
    /// Where keys are fetched.
    pub jwks_uri: Option<Url>,
    /// Where people are signed out.
    pub end_session_endpoint: Option<Url>,
}

/// How we prove to the token endpoint to be the client (OpenID Connect Core §9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TokenEndpointAuthMethod {
    /// HTTP Basic with form-encoded parts.
    ClientSecretBasic,
    /// In the body.
    ClientSecretPost,
    /// Not at all: a public client.
    None,
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

/// When the userinfo endpoint is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Userinfo {
    /// When the ID token lacks the e-mail address.
    Auto,
    /// At every login.
    Always,
    /// Never.
    Never,
}
