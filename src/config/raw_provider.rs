//! What may stand under `[providers.<id>]`, as it is written: like [`raw`](super::raw), one truth about keys and types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::provider::{
    Kind, Pkce, ProviderLogout, PushedAuthorization, ResponseMode, SignatureMethod, TokenEndpointAuthMethod, Userinfo,
};
use super::raw::DURATION;

/// A provider that people sign in at. Its id is part of URLs and of every user's identity: choose it once.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that an operator sets by itself")]
pub(super) struct Provider {
    /// `oidc`, `oauth2` or `oauth1`; a preset knows it
    pub(super) kind: Kind,
    /// what `vestibule providers` lists, as `google`: values for every key here that is not given
    pub(super) preset: String,
    /// what people read on the button; empty: the id
    pub(super) name: String,
    /// oidc: discovery and keys come from here, lazily; byte for byte as the provider writes it; must be given. oauth2: what an `iss` beside a code must be
    pub(super) issuer: String,
    /// our name there; must be given
    pub(super) client_id: String,
    /// our secret there
    #[schemars(extend("writeOnly" = true))]
    pub(super) client_secret: String,
    /// tried when the first is refused, for a change of secrets without downtime
    #[schemars(extend("writeOnly" = true))]
    pub(super) client_secret_previous: String,
    /// or `client_secret_post`, `private_key_jwt`, `apple`, or `none` for a public client
    pub(super) token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// PEM, for `private_key_jwt`, `apple` and `RSA-SHA1`
    #[schemars(extend("writeOnly" = true))]
    pub(super) private_key: String,
    /// the name (`kid`) under which the provider knows it
    pub(super) private_key_id: String,
    /// `private_key_jwt`: whom it is for, where the provider insists on another audience than its issuer; often its token endpoint
    pub(super) client_assertion_audience: String,
    /// apple: whom the key belongs to
    pub(super) team_id: String,
    /// of oidc always with `openid`
    pub(super) scopes: Vec<String>,
    /// of the JSON door, where the frontend owns it; all else uses `{public_url}/callback/{id}`
    pub(super) redirect_uri: String,
    /// where the provider sends a browser that was signed out there; empty: `{public_url}/logout/callback/{id}`
    pub(super) post_logout_redirect_uri: String,
    /// or `provider`: RP-initiated logout there too
    pub(super) logout: ProviderLogout,
    /// or `plain`, `off`
    pub(super) pkce: Pkce,
    /// or `form_post`
    pub(super) response_mode: ResponseMode,
    /// PAR when the provider advertises it; `always`, `never`
    pub(super) pushed_authorization: PushedAuthorization,
    /// added to the authorization URL
    pub(super) extra_params: BTreeMap<String, String>,
    /// `auto`: when the ID token lacks the e-mail or a claim that `allow` or tokens.claims needs; `always`, `never`
    pub(super) userinfo: Userinfo,
    /// empty: what discovery says, never `none` or HMAC
    pub(super) signing_algorithms: Vec<String>,
    /// where the issuer has `{tenantid}` in it: the tenants whose people may sign in; empty: all
    pub(super) tenants: Vec<String>,
    /// how far its clock may be off; at most 5m
    #[schemars(regex(pattern = DURATION))]
    pub(super) leeway: String,
    /// how long any of its answers may take; 1s to 60s
    #[schemars(regex(pattern = DURATION))]
    pub(super) timeout: String,
    /// PEM file with the authorities that its certificate is checked against; empty: the system's
    pub(super) ca_file: String,
    /// show the provider's own tokens at the JSON door; its refresh token only without `store_tokens`
    pub(super) expose_tokens: bool,
    /// keep the provider's tokens, sealed, and refresh them
    pub(super) store_tokens: bool,
    /// it is the authority for exactly the domains in `allow.email_domains`, which must then be given
    pub(super) trusts_email: bool,
    /// the text "true" verifies an address too: only where the provider documents it
    pub(super) email_verified_as_text: bool,
    /// http outside loopback
    pub(super) insecure_allow_http: bool,
    /// no `auth_time` from the provider counts as a fresh login
    pub(super) insecure_assume_fresh_login: bool,
    /// oidc: instead of what discovery says; else: where people are sent
    pub(super) authorization_endpoint: String,
    /// oidc: instead of what discovery says; oauth2: where codes are redeemed
    pub(super) token_endpoint: String,
    /// oidc: instead of what discovery says; else: where a profile is asked for
    pub(super) userinfo_endpoint: String,
    /// oidc: instead of what discovery says
    pub(super) jwks_uri: String,
    /// where people are signed out with `logout = "provider"`; oidc: instead of what discovery says
    pub(super) end_session_endpoint: String,
    /// oidc, oauth2: where tokens are revoked (RFC 7009); oidc: instead of what discovery says
    pub(super) revocation_endpoint: String,
    /// oauth1: where temporary credentials come from
    pub(super) request_token_endpoint: String,
    /// oauth1: where token credentials come from
    pub(super) access_token_endpoint: String,
    /// oauth1: or `HMAC-SHA256`, `RSA-SHA1`, `PLAINTEXT`
    pub(super) signature_method: SignatureMethod,
    /// oauth2, oauth1: name = URL; further calls, whose answers stand under these names beside that of `userinfo_endpoint`
    pub(super) profile_calls: BTreeMap<String, String>,
    /// oauth2, oauth1: name = pointer; of the list in that answer, the first item in which this is true
    pub(super) profile_pick: BTreeMap<String, String>,
    pub(super) claims: ProviderClaims,
    pub(super) allow: Allow,
}

/// Where a profile stands in what the provider says: RFC 6901 pointers into the ID token, then userinfo; empty: nowhere.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProviderClaims {
    /// who it is there; oidc: always `/sub`
    pub(super) sub: String,
    /// e-mail address
    pub(super) email: String,
    /// whether the provider vouches for it
    pub(super) email_verified: String,
    /// full name
    pub(super) name: String,
    /// what the person likes to be called
    pub(super) preferred_username: String,
    /// address of a picture
    pub(super) picture: String,
    /// names of groups
    pub(super) groups: String,
}

/// Who may enter: all that are given must hold; empty: everyone whom the provider lets in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Allow {
    /// needs a verified e-mail
    pub(super) email_domains: Vec<String>,
    /// any of
    pub(super) groups: Vec<String>,
    /// pointer = required value
    pub(super) claims: BTreeMap<String, String>,
}
