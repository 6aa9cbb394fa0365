//! The validated metadata of a provider: what is used of its discovery document and of the configuration.

use url::Url;

/// The metadata of one provider. Every endpoint is allowed; those in the configuration replace those of the document.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// The issuer, byte for byte as configured.
    pub issuer: String,
    /// The URL of the authorization endpoint.
    pub authorization_endpoint: Url,
    /// The token endpoint, which redeems codes and refresh tokens.
    pub token_endpoint: Url,
    /// The URL of the signing keys; `None` only if every accepted algorithm is an HMAC.
    pub jwks_uri: Option<Url>,
    /// The userinfo endpoint (OpenID Connect Core §5.3).
    pub userinfo_endpoint: Option<Url>,
    /// OpenID Connect RP-Initiated Logout 1.0 §2.1.
    pub end_session_endpoint: Option<Url>,
    /// Token revocation (RFC 7009; RFC 8414 §2).
    pub revocation_endpoint: Option<Url>,
    /// Pushed authorization requests (RFC 9126 §5).
    pub pushed_authorization_request_endpoint: Option<Url>,
    /// Whether requests must be pushed (RFC 9126 §5).
    pub requires_pushed_requests: bool,
    /// Whether authorization responses have the parameter `iss` (RFC 9207 §3).
    pub announces_iss: bool,
    /// `id_token_signing_alg_values_supported`, as listed; empty if the document does not list it.
    pub signing_algorithms: Vec<String>,
    /// `token_endpoint_auth_methods_supported`, as listed; empty if the document does not list it.
    pub auth_methods: Vec<String>,
    /// `acr_values_supported`; `None` if the document does not list it.
    pub acr_values: Option<Vec<String>>,
    /// `prompt_values_supported` (Initiating User Registration via OpenID Connect 1.0 §3); `None` if the document does
    /// not list it.
    pub prompt_values: Option<Vec<String>>,
}
