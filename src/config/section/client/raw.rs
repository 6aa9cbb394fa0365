//! `[clients.<id>]` as it is written. The doc comments become the reference.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::choice::{AccessTokenAlg, AssertionAudience, ClientType, Grant, IdTokenClaims, ServerLogout};
use crate::config::value::algorithm::Algorithm;
use crate::config::value::duration::GivenDuration;

/// An app or a service that uses the gateway. Its id is the `client_id` in its requests and tokens.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the table")]
pub(crate) struct RawClient {
    /// display name; empty: the id
    pub(crate) name: String,
    /// `public`, or `confidential` for one that can keep a secret
    pub(crate) r#type: ClientType,
    /// at least 32 random characters, for a confidential client
    #[schemars(extend("writeOnly" = true))]
    pub(crate) client_secret: String,
    /// instead of a secret, for `private_key_jwt`: PEM file with its public key (P-256, Ed25519 or RSA)
    pub(crate) public_key_file: String,
    /// `aud` of its assertions: `endpoints` for the issuer, the token endpoint or the endpoint that is called, as one text or a list of nothing else; `issuer` for the issuer alone, as one text (FAPI 2.0, RFC 7523bis)
    pub(crate) assertion_audience: AssertionAudience,
    /// allowed redirect URIs, compared byte for byte; https, http on loopback, or a private-use scheme
    pub(crate) redirect_uris: Vec<String>,
    /// where a browser may be sent after a logout, compared byte for byte
    pub(crate) post_logout_redirect_uris: Vec<String>,
    /// CORS: origins of its scripts; empty: the origins of `redirect_uris`
    pub(crate) allowed_origins: Vec<String>,
    /// grant types that it may use
    pub(crate) grants: Vec<Grant>,
    /// scopes that it may request
    pub(crate) scopes: Vec<String>,
    /// `aud` of its access tokens; empty: tokens.audience; it may also introspect tokens for these
    pub(crate) audience: Vec<String>,
    /// algorithm that signs its ID tokens; one of signing.algorithms
    pub(crate) id_token_alg: Algorithm,
    /// `minimal`: what the scopes `profile`, `email` and `groups` release is at userinfo only (OpenID Connect Core §5.4), for refreshed ID tokens too; `scopes`: in ID tokens as well
    pub(crate) id_token_claims: IdTokenClaims,
    /// algorithm that signs its access tokens, after a refresh and a token exchange too; one of signing.algorithms; empty: the first of these, which signs the status lists in any case
    pub(crate) access_token_alg: AccessTokenAlg,
    /// further claims of its ID tokens and of userinfo: claim = a pointer (RFC 6901) into the provider's claims, those of the ID token merged with those of userinfo, or `{ value = … }`; none of `iss sub aud exp iat nbf jti nonce *_hash auth_time acr amr aal azp sid client_id scope status cnf act may_act events email* groups idp typ`
    #[schemars(extend("additionalProperties" = { "anyOf": [{ "type": "string" }, { "type": "object" }] }))]
    pub(crate) claims: BTreeMap<String, Value>,
    /// lifetime of its access tokens; empty: `tokens.access_lifetime`
    #[serde(with = "GivenDuration")]
    #[schemars(extend("x-from" = "1s", "x-to" = "3650d"))]
    pub(crate) access_lifetime: Option<Duration>,
    /// lifetime of its ID tokens; empty: `tokens.id_lifetime`
    #[serde(with = "GivenDuration")]
    #[schemars(extend("x-from" = "1s", "x-to" = "1d"))]
    pub(crate) id_lifetime: Option<Duration>,
    /// ids of the providers at which its users may sign in; empty: all
    pub(crate) providers: Vec<String>,
    /// of a confidential client: further audiences whose access tokens it may introspect, as the default audience; `["*"]`: any
    pub(crate) introspects: Vec<String>,
    /// how many sessions it may have under one browser's; its next redeemed code ends the oldest one
    #[schemars(range(min = 1, max = 1000))]
    pub(crate) sessions_per_browser: u32,
    /// what a request to `/logout` from its server ends, which has an `id_token_hint` and no cookie: `app`: this app's session; `sign_in`: the sign-in that it came from too, with all apps under it
    pub(crate) server_logout: ServerLogout,
    /// receives a logout token for each session that ends
    pub(crate) backchannel_logout_uri: String,
    /// false: a confidential client keeps its refresh token (FAPI 2.0)
    pub(crate) rotate_refresh_tokens: bool,
    /// of a confidential client: refuse authorization requests without `code_challenge`; a public client must always send one
    pub(crate) require_pkce: bool,
    /// refuse authorization requests that were not pushed to `/oauth2/par` (RFC 9126)
    pub(crate) require_par: bool,
    /// of a confidential client: ids of the providers whose tokens it may get for its own by token exchange
    pub(crate) provider_tokens: Vec<String>,
    /// allow a `backchannel_logout_uri` in a private network
    pub(crate) insecure_allow_private_logout_uri: bool,
    /// no consent page before a redirect to a registered loopback address; for single-page apps under development
    pub(crate) insecure_skip_loopback_consent: bool,
    /// allow private-use schemes without a dot, as `myapp:/callback`
    pub(crate) insecure_allow_dotless_schemes: bool,
}
