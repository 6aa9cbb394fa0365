//! A request that requires client authentication.

use crate::config::TokenEndpointAuthMethod;

/// A request that requires client authentication.
pub struct ClientRequest<'r> {
    /// The URL of the endpoint.
    pub endpoint: &'r str,
    /// The default audience of an assertion: the issuer, or the token endpoint of a provider without one.
    pub audience: &'r str,
    /// How the client authenticates (RFC 7591 §2, `token_endpoint_auth_method`).
    pub method: TokenEndpointAuthMethod,
    /// The form parameters without credentials. They contain `client_id` only if it is a parameter of the request
    /// itself, as in a pushed authorization request.
    pub form: &'r [(String, String)],
}
