//! `[providers.<id>]` as it is written. The doc comments become the reference.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::choice::{EmailVerified, ProviderKind, PushedAuthorization, SignatureMethod, Userinfo};
use super::registration::Registration;
use crate::config::section::allow::RawAllow;
use crate::config::value::pointer::Pointer;

/// A provider at which users sign in. Its id is part of URLs and of each user's identity, so it must not change.
// Not `deny_unknown_fields`, which serde cannot combine with `flatten`: the check of the layers refuses unknown keys.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(crate) struct RawProvider {
    /// `oidc`, `oauth2` or `oauth1`; a preset sets it
    pub(crate) kind: ProviderKind,
    /// name from `vestibule providers`, for example `google`: sets the keys that the configuration does not contain
    pub(crate) preset: String,
    /// the icon on its button: the name of a preset, or a svg or png file of at most 32 KiB without scripts; empty: the icon of its preset, or a neutral one
    pub(crate) icon: String,
    /// with `pages.chooser = "email"`: the domains of e-mail addresses that lead here; each is compared as a whole, without regard to case and to the spelling of international names
    pub(crate) domains: Vec<String>,
    /// oidc: base of discovery, and the required `iss`, compared byte for byte; required. oauth2: the required `iss` of an authorization response
    pub(crate) issuer: String,
    /// secret of that client
    #[schemars(extend("writeOnly" = true))]
    pub(crate) client_secret: String,
    /// used when the provider rejects `client_secret`, to change secrets without downtime
    #[schemars(extend("writeOnly" = true))]
    pub(crate) client_secret_previous: String,
    /// private key in PEM, for `private_key_jwt`, `apple` and `RSA-SHA1`
    #[schemars(extend("writeOnly" = true))]
    pub(crate) private_key: String,
    /// PEM file with the certificate of the private key, for providers that know the key by it (Entra): `x5t` and `x5t#S256` of assertions
    pub(crate) certificate_file: String,
    /// SPA flow: redirect URI of the frontend; the browser flow uses `{public_url}/callback/{id}`
    pub(crate) redirect_uri: String,
    /// the URL to which the provider sends the browser after a logout at the provider; empty: `{public_url}/logout/callback/{id}`
    pub(crate) post_logout_redirect_uri: String,
    /// pushed authorization requests: `auto` (if the provider advertises it), `always` or `never`
    pub(crate) pushed_authorization: PushedAuthorization,
    /// what a login with another account sends: `auto` (`prompt=select_account`; `prompt=login` if the metadata lists only that), parameters such as `"prompt=login"`, or `none`: a page asks to sign out at the provider first
    pub(crate) another_account: String,
    /// `auto` (when the ID token lacks the e-mail address or a claim that `allow`, `tokens.claims`, a rule for sites, or a client needs by its `allow`, its `claims` or its scope `groups`), `always` or `never`
    pub(crate) userinfo: Userinfo,
    /// accepted JWS algorithms of ID tokens; empty: those from discovery, except `none` and HMAC; `EdDSA` and `Ed25519` are one
    pub(crate) signing_algorithms: Vec<String>,
    /// oidc: further audiences that ID tokens (then `azp` must be the client id) and logout tokens may have; `["*"]`: any
    pub(crate) trusted_audiences: Vec<String>,
    /// if the issuer contains `{tenantid}`: ids of the tenants whose users may sign in; empty: all
    pub(crate) tenants: Vec<String>,
    /// PEM file with the certificate authorities to trust for it; empty: the authorities of the system
    pub(crate) ca_file: String,
    /// `assume`: if this provider sends no `email_verified`, its e-mail addresses count as verified; not for linking, and not if the issuer has `{tenantid}`
    pub(crate) email_verified: EmailVerified,
    /// authorization endpoint; oidc: replaces the one from discovery
    pub(crate) authorization_endpoint: String,
    /// token endpoint; oidc: replaces the one from discovery
    pub(crate) token_endpoint: String,
    /// userinfo endpoint, or the URL of the profile; oidc: replaces the one from discovery
    pub(crate) userinfo_endpoint: String,
    /// oidc: the URL of the discovery document, if it is not under the issuer; `issuer` must be the one in it
    pub(crate) discovery_url: String,
    /// oidc: the URL of the signing keys; replaces the one from discovery
    pub(crate) jwks_uri: String,
    /// logout endpoint, for `logout = "provider"`; oidc: replaces the one from discovery
    pub(crate) end_session_endpoint: String,
    /// revocation endpoint (RFC 7009); oidc: replaces the one from discovery
    pub(crate) revocation_endpoint: String,
    /// oauth1: endpoint for temporary credentials (RFC 5849 §2.1)
    pub(crate) request_token_endpoint: String,
    /// oauth1: endpoint for token credentials (RFC 5849 §2.3)
    pub(crate) access_token_endpoint: String,
    /// oauth1: or `HMAC-SHA256`, `RSA-SHA1`, `PLAINTEXT`
    pub(crate) signature_method: SignatureMethod,
    /// oauth2, oauth1: name = URL; further requests, whose responses are added to the response of `userinfo_endpoint` under these names
    pub(crate) profile_calls: BTreeMap<String, String>,
    /// oauth2, oauth1: name = pointer; if that response is a list, use the first item in which the pointer is true
    pub(crate) profile_pick: BTreeMap<String, Pointer>,
    pub(crate) allow: RawAllow,
    /// The keys that mean what is written, for all kinds.
    #[serde(flatten)]
    pub(crate) registration: Registration,
}
