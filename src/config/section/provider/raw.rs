//! `[providers.<id>]` as it is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::allow::RawAllow;
use super::choice::{
    Kind, Pkce, ProviderLogout, PushedAuthorization, ResponseMode, SignatureMethod, TokenEndpointAuthMethod, Userinfo,
};
use super::claims::RawProviderClaims;
use crate::config::value::duration::DURATION;

/// A provider that people sign in at. Its id is part of URLs and of every user's identity: choose it once.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that an operator sets by itself")]
pub(crate) struct RawProvider {
    /// `oidc`, `oauth2` or `oauth1`; a preset knows it
    pub(crate) kind: Kind,
    /// what `vestibule providers` lists, as `google`: values for every key here that is not given
    pub(crate) preset: String,
    /// what people read on the button; empty: the id
    pub(crate) name: String,
    /// oidc: discovery and keys come from here, lazily; byte for byte as the provider writes it; must be given. oauth2: what an `iss` beside a code must be
    pub(crate) issuer: String,
    /// our name there; must be given
    pub(crate) client_id: String,
    /// our secret there
    #[schemars(extend("writeOnly" = true))]
    pub(crate) client_secret: String,
    /// tried when the first is refused, for a change of secrets without downtime
    #[schemars(extend("writeOnly" = true))]
    pub(crate) client_secret_previous: String,
    /// or `client_secret_post`, `private_key_jwt`, `apple`, or `none` for a public client
    pub(crate) token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// PEM, for `private_key_jwt`, `apple` and `RSA-SHA1`
    #[schemars(extend("writeOnly" = true))]
    pub(crate) private_key: String,
    /// the name (`kid`) under which the provider knows it
    pub(crate) private_key_id: String,
    /// `private_key_jwt`: whom it is for, where the provider insists on another audience than its issuer; often its token endpoint
    pub(crate) client_assertion_audience: String,
    /// apple: whom the key belongs to
    pub(crate) team_id: String,
    /// of oidc always with `openid`
    pub(crate) scopes: Vec<String>,
    /// of the JSON door, where the frontend owns it; all else uses `{public_url}/callback/{id}`
    pub(crate) redirect_uri: String,
    /// where the provider sends a browser that was signed out there; empty: `{public_url}/logout/callback/{id}`
    pub(crate) post_logout_redirect_uri: String,
    /// or `provider`: RP-initiated logout there too
    pub(crate) logout: ProviderLogout,
    /// or `plain`, `off`
    pub(crate) pkce: Pkce,
    /// or `form_post`
    pub(crate) response_mode: ResponseMode,
    /// PAR when the provider advertises it; `always`, `never`
    pub(crate) pushed_authorization: PushedAuthorization,
    /// added to the authorization URL
    pub(crate) extra_params: BTreeMap<String, String>,
    /// `auto`: when the ID token lacks the e-mail or a claim that `allow` or tokens.claims needs; `always`, `never`
    pub(crate) userinfo: Userinfo,
    /// empty: what discovery says, never `none` or HMAC
    pub(crate) signing_algorithms: Vec<String>,
    /// where the issuer has `{tenantid}` in it: the tenants whose people may sign in; empty: all
    pub(crate) tenants: Vec<String>,
    /// how far its clock may be off; at most 5m
    #[schemars(regex(pattern = DURATION))]
    pub(crate) leeway: String,
    /// how long any of its answers may take; 1s to 60s
    #[schemars(regex(pattern = DURATION))]
    pub(crate) timeout: String,
    /// PEM file with the authorities that its certificate is checked against; empty: the system's
    pub(crate) ca_file: String,
    /// show the provider's own tokens at the JSON door; its refresh token only without `store_tokens`
    pub(crate) expose_tokens: bool,
    /// keep the provider's tokens, sealed, and refresh them
    pub(crate) store_tokens: bool,
    /// it is the authority for exactly the domains in `allow.email_domains`, which must then be given
    pub(crate) trusts_email: bool,
    /// the text "true" verifies an address too: only where the provider documents it
    pub(crate) email_verified_as_text: bool,
    /// http outside loopback
    pub(crate) insecure_allow_http: bool,
    /// no `auth_time` from the provider counts as a fresh login
    pub(crate) insecure_assume_fresh_login: bool,
    /// oidc: instead of what discovery says; else: where people are sent
    pub(crate) authorization_endpoint: String,
    /// oidc: instead of what discovery says; oauth2: where codes are redeemed
    pub(crate) token_endpoint: String,
    /// oidc: instead of what discovery says; else: where a profile is asked for
    pub(crate) userinfo_endpoint: String,
    /// oidc: instead of what discovery says
    pub(crate) jwks_uri: String,
    /// where people are signed out with `logout = "provider"`; oidc: instead of what discovery says
    pub(crate) end_session_endpoint: String,
    /// oidc, oauth2: where tokens are revoked (RFC 7009); oidc: instead of what discovery says
    pub(crate) revocation_endpoint: String,
    /// oauth1: where temporary credentials come from
    pub(crate) request_token_endpoint: String,
    /// oauth1: where token credentials come from
    pub(crate) access_token_endpoint: String,
    /// oauth1: or `HMAC-SHA256`, `RSA-SHA1`, `PLAINTEXT`
    pub(crate) signature_method: SignatureMethod,
    /// oauth2, oauth1: name = URL; further calls, whose answers stand under these names beside that of `userinfo_endpoint`
    pub(crate) profile_calls: BTreeMap<String, String>,
    /// oauth2, oauth1: name = pointer; of the list in that answer, the first item in which this is true
    pub(crate) profile_pick: BTreeMap<String, String>,
    pub(crate) claims: RawProviderClaims,
    pub(crate) allow: RawAllow,
}
