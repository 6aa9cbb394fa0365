//! `[providers.*]`: the people's providers, as validated values.

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::pointer::Pointer;
use super::registration::Registration;

/// One configured provider.
pub enum Provider {
    /// OpenID Connect, by discovery.
    Oidc(Oidc),
    /// OAuth 2.0 with an API of its own for profiles.
    OAuth2(OAuth2),
    /// OAuth 1.0a.
    OAuth1(OAuth1),
}

impl Provider {
    /// What we agreed on, whatever protocol it speaks.
    pub fn registration(&self) -> &Registration {
        match self {
            Self::Oidc(oidc) => &oidc.registration,
            Self::OAuth2(oauth2) => &oauth2.registration,
            Self::OAuth1(oauth1) => &oauth1.registration,
        }
    }
}

/// An OpenID provider.
pub struct Oidc {
    /// What we agreed on.
    pub registration: Registration,
    /// Its issuer, byte for byte as it must stand in metadata and ID tokens. One with `{tenantid}` in it is that of
    /// every tenant, each in its place.
    pub issuer: String,
    /// The tenants whose people may sign in, where the issuer has `{tenantid}` in it, as UUIDs in lower case; empty: all.
    pub tenants: Vec<String>,
    /// Whether the authorization request is pushed (RFC 9126).
    pub pushed_authorization: PushedAuthorization,
    /// When the userinfo endpoint is asked.
    pub userinfo: Userinfo,
    /// What something here depends on: where the ID token lacks one of these, userinfo is asked, if that is automatic.
    pub needed_claims: Vec<Pointer>,
    /// JWS algorithms an ID token may be signed with; empty: what discovery says, but never `none` or HMAC.
    pub signing_algorithms: Vec<String>,
}

impl Oidc {
    /// What stands for a tenant in the issuer of all of them.
    pub const TENANT: &str = "{tenantid}";
    /// What to do where an issuer of every tenant stands in the place of one tenant's.
    pub const ONE_TENANT: &str = "write your tenant's id in its place, or preset = \"microsoft-multi\" with the tenants \
                                  that may come in";
    /// The shortest secret that a token may be signed with by HMAC, in bytes: as long as the output of the hash (RFC 7518
    /// §3.2; RT-20), since shorter ones are guessed offline.
    pub const MIN_HMAC_SECRET: usize = 32;

    /// Whether people of every tenant come in. Only `tid` is the provider's own word; all else their tenants say.
    pub fn admits_every_tenant(&self) -> bool {
        let holds_tenant = |(pointer, _): &(Pointer, String)| pointer.as_str() == "/tid";
        let is_ruled = self.registration.allow.claims.iter().any(holds_tenant);
        self.issuer.contains(Self::TENANT) && self.tenants.is_empty() && !is_ruled
    }
}

/// A provider that speaks OAuth 2.0 (RFC 6749) and says who somebody is by an API of its own.
pub struct OAuth2 {
    /// What we agreed on.
    pub registration: Registration,
    /// What an `iss` that comes with an answer must be (RFC 9207), if it is known.
    pub issuer: Option<String>,
    /// Where people are sent.
    pub authorization_endpoint: Url,
    /// Where codes are redeemed.
    pub token_endpoint: Url,
    /// Who somebody is.
    pub profile: ProfileCalls,
}

impl OAuth2 {
    /// Whom a client assertion is for where the operator does not say (RFC 7523 §3): the issuer, where it is known.
    pub fn audience(&self) -> &str {
        self.issuer.as_deref().unwrap_or(self.token_endpoint.as_str())
    }
}

/// A provider that speaks OAuth 1.0a (RFC 5849).
pub struct OAuth1 {
    /// What we agreed on; `client_id` is the consumer key.
    pub registration: Registration,
    /// Where temporary credentials are asked for (§2.1).
    pub request_token_endpoint: Url,
    /// Where people are sent (§2.2).
    pub authorization_endpoint: Url,
    /// Where token credentials are asked for (§2.3).
    pub access_token_endpoint: Url,
    /// How requests are signed (§3.4).
    pub signature_method: SignatureMethod,
    /// Who somebody is.
    pub profile: ProfileCalls,
}

/// What is asked with an access token to learn who somebody is.
pub struct ProfileCalls {
    /// The first call; its answer is the root of the claims.
    pub first: Url,
    /// Further ones, each of whose answers stands under its name.
    pub further: Vec<ProfileCall>,
}

impl ProfileCalls {
    /// Whom the calls go to.
    pub fn endpoints(&self) -> impl Iterator<Item = &Url> {
        [&self.first].into_iter().chain(self.further.iter().map(|call| &call.endpoint))
    }
}

/// One more call.
pub struct ProfileCall {
    /// Under which name its answer stands.
    pub name: String,
    /// What is asked.
    pub endpoint: Url,
    /// Of the list in the answer, the first item in which this is `true` stands there instead.
    pub pick: Option<Pointer>,
}

/// Endpoints that the operator, or a preset, gave instead of discovery's.
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
    /// Where tokens are revoked (RFC 7009).
    pub revocation_endpoint: Option<Url>,
}

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
