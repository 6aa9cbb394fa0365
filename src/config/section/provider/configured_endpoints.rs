//! The endpoints of a provider that are configured rather than discovered.

use url::Url;

/// Configured endpoints. For `oidc`, each replaces the one from discovery.
#[derive(Default)]
pub struct Endpoints {
    /// The URL of the authorization endpoint.
    pub authorization_endpoint: Option<Url>,
    /// The URL of the token endpoint.
    pub token_endpoint: Option<Url>,
    /// The userinfo endpoint, or the URL of the profile.
    pub userinfo_endpoint: Option<Url>,
    /// The URL of the discovery document; `None`: under the issuer.
    pub discovery_url: Option<Url>,
    /// The URL of the provider's signing keys.
    pub jwks_uri: Option<Url>,
    /// The logout endpoint (OpenID Connect RP-Initiated Logout 1.0).
    pub end_session_endpoint: Option<Url>,
    /// The revocation endpoint (RFC 7009).
    pub revocation_endpoint: Option<Url>,
}
