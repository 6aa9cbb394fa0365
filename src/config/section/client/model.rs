//! `[clients.<id>]`: what may be written, and what it means. The doc comments of what is written become the reference.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::choice::{AssertionAudience, ClientType, Grant, ServerLogout};
use super::display::ClientDisplay;
use super::tokens::ClientTokens;
use crate::base::secret::Plain;
use crate::config::section::allow::{Allow, RawAllow};
use crate::config::value::algorithm::Algorithm;
use crate::config::value::public_key::AssertionKey;
use crate::config::value::redirect_uri::RedirectUri;

/// The client of sessions that the browser flow and the SPA flow create. It is public, and built in.
pub const BUILT_IN_CLIENT: &str = "vestibule";

/// The scope with which a token of the built-in client acts for its user at the gateway: ends sessions, links and unlinks
/// identities, reads tokens of providers. No session has it, so that no ordinary token has it, and no client may have it.
pub const ACCOUNT_SCOPE: &str = "account";

/// One client: a `[clients.<id>]` section, or the built-in client. A field with `serde(skip)` is not a key: the
/// validation makes it of the texts of [`RawClient`].
#[derive(Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the table")]
pub struct Client {
    /// The id of its table: the `client_id` in its requests and tokens.
    #[serde(skip)]
    pub id: String,
    /// display name; empty: the id
    pub name: String,
    /// `public`, or `confidential` for one that can keep a secret
    pub r#type: ClientType,
    /// The client secret, if it authenticates with one.
    #[serde(skip)]
    pub secret: Option<Plain>,
    /// The key that verifies its client assertions, if it authenticates with them (`private_key_jwt`).
    #[serde(skip)]
    pub public_key: Option<AssertionKey>,
    /// `aud` of its assertions: `endpoints` for the issuer, the token endpoint or the endpoint that is called, as one text or a list of nothing else; `issuer` for the issuer alone, as one text (FAPI 2.0, RFC 7523bis)
    pub assertion_audience: AssertionAudience,
    /// The registered redirect URIs.
    #[serde(skip)]
    pub redirect_uris: Vec<RedirectUri>,
    /// The URLs to which a browser may be sent after a logout that the client requested.
    #[serde(skip)]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// CORS: origins whose scripts may use the token endpoint and userinfo as this client.
    #[serde(skip)]
    pub allowed_origins: Vec<String>,
    /// grant types that it may use
    pub grants: Vec<Grant>,
    /// scopes that it may request
    pub scopes: Vec<String>,
    /// `aud` of its access tokens; empty: tokens.audience; it may also introspect tokens for these
    pub audience: Vec<String>,
    /// algorithm that signs its ID tokens; one of signing.algorithms
    pub id_token_alg: Algorithm,
    /// The settings of its tokens that differ from `[tokens]`.
    #[serde(flatten)]
    pub tokens: ClientTokens,
    /// of a confidential client: further audiences whose access tokens it may introspect, as the default audience; `["*"]`: any
    pub introspects: Vec<String>,
    /// how many sessions it may have under one browser's; its next redeemed code ends the oldest one
    #[schemars(range(min = 1, max = 1000))]
    pub sessions_per_browser: u32,
    /// ids of the providers at which its users may sign in; empty: all
    pub providers: Vec<String>,
    /// The users who may use it, beyond `providers`.
    #[serde(skip)]
    pub allow: Allow,
    /// How pages show it.
    #[serde(flatten)]
    pub display: ClientDisplay,
    /// what a request to `/logout` from its server ends, which has an `id_token_hint` and no cookie: `app`: this app's session; `sign_in`: the sign-in that it came from too, with all apps under it
    pub server_logout: ServerLogout,
    /// The endpoint for logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.2).
    #[serde(skip)]
    pub backchannel_logout_uri: Option<Url>,
    /// allow a `backchannel_logout_uri` in a private network
    pub insecure_allow_private_logout_uri: bool,
    /// no consent page before a redirect to a registered loopback address; for single-page apps under development
    pub insecure_skip_loopback_consent: bool,
    /// false: a confidential client keeps its refresh token (FAPI 2.0)
    pub rotate_refresh_tokens: bool,
    /// of a confidential client: refuse authorization requests without `code_challenge`; a public client must always send one
    pub require_pkce: bool,
    /// refuse authorization requests that were not pushed to `/oauth2/par` (RFC 9126)
    pub require_par: bool,
    /// of a confidential client: ids of the providers whose tokens it may get for its own by token exchange
    pub provider_tokens: Vec<String>,
    /// ids of the resources that it may request tokens for, by the parameter `resource` (RFC 8707)
    pub resources: Vec<String>,
}

/// An app or a service that uses the gateway. Its id is the `client_id` in its requests and tokens.
// Not `deny_unknown_fields`, which serde cannot combine with `flatten`: the check of the layers refuses unknown keys.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(crate) struct RawClient {
    /// at least 32 random characters, for a confidential client
    #[schemars(extend("writeOnly" = true))]
    pub(crate) client_secret: String,
    /// instead of a secret, for `private_key_jwt`: PEM file with its public key (P-256, Ed25519 or RSA)
    pub(crate) public_key_file: String,
    /// allowed redirect URIs, compared byte for byte; https, http on loopback, or a private-use scheme
    pub(crate) redirect_uris: Vec<String>,
    /// the URLs to which a browser may be sent after a logout, compared byte for byte
    pub(crate) post_logout_redirect_uris: Vec<String>,
    /// CORS: origins of its scripts; empty: the origins of `redirect_uris`
    pub(crate) allowed_origins: Vec<String>,
    /// further claims of its ID tokens and of userinfo: claim = a pointer (RFC 6901) into the provider's claims, those of the ID token merged with those of userinfo, or `{ value = … }`; none of `iss sub aud exp iat nbf jti nonce *_hash auth_time acr amr aal azp sid client_id scope status cnf act may_act events email* groups idp typ`
    #[schemars(extend("additionalProperties" = { "anyOf": [{ "type": "string" }, { "type": "object" }] }))]
    pub(crate) claims: BTreeMap<String, Value>,
    /// whose users may use it, beyond `providers`; asked when a code is issued, at each refresh and at each token exchange; as `providers.<id>.allow`
    pub(crate) allow: RawAllow,
    /// receives a logout token for each session that ends
    pub(crate) backchannel_logout_uri: String,
    /// allow private-use schemes without a dot, for example `myapp:/callback`
    pub(crate) insecure_allow_dotless_schemes: bool,
    /// its logo on the login page, the consent page and the logout pages that it led to: a file, or an https URL, as `branding.logo`
    pub(crate) logo: String,
    /// The keys that mean what is written.
    #[serde(flatten)]
    pub(crate) client: Client,
}
