//! The endpoints of a provider that are configured rather than discovered.

use url::Url;

/// Configured endpoints. For `oidc`, each replaces the one from discovery.
#[derive(Default)]
pub struct Endpoints {
    /// Where the browser is sent to sign in.
    pub authorization_endpoint: Option<Url>,
    /// Where a code is redeemed.
    pub token_endpoint: Option<Url>,
    /// Where claims or the profile are requested.
    pub userinfo_endpoint: Option<Url>,
    /// Where the discovery document is; `None`: under the issuer.
    pub discovery_url: Option<Url>,
    /// Where the provider's signing keys are fetched.
    pub jwks_uri: Option<Url>,
    /// Where the browser is sent to sign out (OpenID Connect RP-Initiated Logout 1.0).
    pub end_session_endpoint: Option<Url>,
    /// Where tokens are revoked (RFC 7009).
    pub revocation_endpoint: Option<Url>,
}
