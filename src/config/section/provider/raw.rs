//! `[providers.<id>]` as it is written. The doc comments become the reference.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::allow::RawAllow;
use super::choice::{
    Aal, EmailVerified, Pkce, ProviderKind, ProviderLogout, PushedAuthorization, ResponseMode, SignatureMethod,
    TokenEndpointAuthMethod, Userinfo,
};
use super::claims::ClaimPointers;
use crate::config::value::duration::DurationText;
use crate::config::value::pointer::Pointer;

/// A provider at which users sign in. Its id is part of URLs and of each user's identity, so it must not change.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch that an operator sets by itself")]
pub(crate) struct RawProvider {
    /// `oidc`, `oauth2` or `oauth1`; a preset sets it
    pub(crate) kind: ProviderKind,
    /// name from `vestibule providers`, as `google`: sets the keys that are not written here
    pub(crate) preset: String,
    /// display name, as on the button; empty: the id
    pub(crate) name: String,
    /// oidc: base of discovery, and the required `iss`, compared byte for byte; required. oauth2: the required `iss` of an authorization response
    pub(crate) issuer: String,
    /// id of the gateway's client at the provider; required
    pub(crate) client_id: String,
    /// secret of that client
    #[schemars(extend("writeOnly" = true))]
    pub(crate) client_secret: String,
    /// used when the provider rejects `client_secret`, to change secrets without downtime
    #[schemars(extend("writeOnly" = true))]
    pub(crate) client_secret_previous: String,
    /// `auto` (by the provider's metadata), `client_secret_basic`, `client_secret_post`, `private_key_jwt`, `apple`, or `none` for a public client
    pub(crate) token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// private key in PEM, for `private_key_jwt`, `apple` and `RSA-SHA1`
    #[schemars(extend("writeOnly" = true))]
    pub(crate) private_key: String,
    /// PEM file with the certificate of the private key, for providers that know the key by it (Entra): `x5t` and `x5t#S256` of assertions
    pub(crate) certificate_file: String,
    /// `kid` of the private key at the provider
    pub(crate) private_key_id: String,
    /// `private_key_jwt`: `aud` of the assertion, where the provider requires another one than its issuer; often the token endpoint
    pub(crate) client_assertion_audience: String,
    /// apple: id of the team that owns the key
    pub(crate) team_id: String,
    /// requested scopes; oidc: must contain `openid`
    pub(crate) scopes: Vec<String>,
    /// SPA flow: redirect URI of the frontend; the browser flow uses `{public_url}/callback/{id}`
    pub(crate) redirect_uri: String,
    /// where the provider sends the browser after it signed out there; empty: `{public_url}/logout/callback/{id}`
    pub(crate) post_logout_redirect_uri: String,
    /// name of the parameter with that address, where it is not that of the standard; Amazon Cognito: `logout_uri`
    pub(crate) post_logout_parameter: String,
    /// `local`, or `provider` to end the session at the provider as well (RP-initiated logout)
    pub(crate) logout: ProviderLogout,
    /// PKCE method: `S256`, `plain` or `off`
    pub(crate) pkce: Pkce,
    /// empty for the query, or `form_post`
    pub(crate) response_mode: ResponseMode,
    /// pushed authorization requests: `auto` (where the provider advertises it), `always` or `never`
    pub(crate) pushed_authorization: PushedAuthorization,
    /// parameters that are added to the authorization request, and override those of the caller
    pub(crate) extra_params: BTreeMap<String, String>,
    /// `auto` (when the ID token lacks the e-mail address or a claim that `allow`, tokens.claims, or a client needs by its `claims` or its scope `groups`), `always` or `never`
    pub(crate) userinfo: Userinfo,
    /// accepted JWS algorithms of ID tokens; empty: those from discovery, except `none` and HMAC; `EdDSA` and `Ed25519` are one
    pub(crate) signing_algorithms: Vec<String>,
    /// oidc: further audiences that ID tokens (then `azp` must be the client id) and logout tokens may have; `["*"]`: any
    pub(crate) trusted_audiences: Vec<String>,
    /// where the issuer contains `{tenantid}`: ids of the tenants whose users may sign in; empty: all
    pub(crate) tenants: Vec<String>,
    /// tolerated difference between its clock and ours; at most 5m
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "0s", "x-to" = "5m"))]
    pub(crate) leeway: Duration,
    /// timeout of each request to it; 1s to 60s
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "60s"))]
    pub(crate) timeout: Duration,
    /// PEM file with the certificate authorities to trust for it; empty: those of the system
    pub(crate) ca_file: String,
    /// SPA flow: return the provider's tokens to the frontend; its refresh token only without `store_tokens`
    pub(crate) expose_tokens: bool,
    /// store the provider's tokens, encrypted, and refresh them
    pub(crate) store_tokens: bool,
    /// with `store_tokens`: refresh the tokens of each identity with a session after this long, in the background, 1m to 30d; a session whose refresh token the provider refuses ends; empty: never
    pub(crate) recheck: String,
    /// with `store_tokens`: hand the stored tokens also to sessions that were made through another identity of the user
    pub(crate) tokens_for_linked: bool,
    /// it is the authority for the domains in `allow.email_domains`, which is then required
    pub(crate) trusts_email: bool,
    /// `assume`: where this provider says nothing of it, its addresses count as verified; not for linking, and not where the issuer has `{tenantid}`
    pub(crate) email_verified: EmailVerified,
    /// accept the text "true" as `email_verified`; only where the provider documents it
    pub(crate) email_verified_as_text: bool,
    /// oidc: value of `acr` or member of `amr` = `aal1`, `aal2` or `aal3`; goes before the built-in mapping
    pub(crate) aal: BTreeMap<String, Aal>,
    /// the provider sends a single group as a text, not as a list
    pub(crate) single_group_as_list: bool,
    /// allow http to other hosts than loopback
    pub(crate) insecure_allow_http: bool,
    /// oidc: treat a login without `auth_time` as a fresh one
    pub(crate) insecure_assume_fresh_login: bool,
    /// where the browser is sent to sign in; oidc: replaces the one from discovery
    pub(crate) authorization_endpoint: String,
    /// where codes are redeemed; oidc: replaces the one from discovery
    pub(crate) token_endpoint: String,
    /// where the profile is requested; oidc: replaces the one from discovery
    pub(crate) userinfo_endpoint: String,
    /// oidc: where the discovery document is, if not under the issuer; `issuer` must be the one in it
    pub(crate) discovery_url: String,
    /// oidc: where signing keys are fetched; replaces the one from discovery
    pub(crate) jwks_uri: String,
    /// where the browser signs out with `logout = "provider"`; oidc: replaces the one from discovery
    pub(crate) end_session_endpoint: String,
    /// where tokens are revoked (RFC 7009); oidc: replaces the one from discovery
    pub(crate) revocation_endpoint: String,
    /// oauth1: where temporary credentials are requested (RFC 5849 §2.1)
    pub(crate) request_token_endpoint: String,
    /// oauth1: where token credentials are requested (RFC 5849 §2.3)
    pub(crate) access_token_endpoint: String,
    /// oauth1: or `HMAC-SHA256`, `RSA-SHA1`, `PLAINTEXT`
    pub(crate) signature_method: SignatureMethod,
    /// oauth2, oauth1: name = URL; further requests, whose responses are added to that of `userinfo_endpoint` under these names
    pub(crate) profile_calls: BTreeMap<String, String>,
    /// oauth2, oauth1: name = pointer; where that response is a list, use the first item in which the pointer is true
    pub(crate) profile_pick: BTreeMap<String, Pointer>,
    pub(crate) claims: ClaimPointers,
    pub(crate) allow: RawAllow,
}
