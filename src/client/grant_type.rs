//! The grants of the token endpoint.

use crate::config::Grant;

/// A value of `grant_type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantType {
    /// One that `clients.<id>.grants` can name.
    Configured(Grant),
    /// Token exchange (RFC 8693), for clients with `provider_tokens`.
    TokenExchange,
}

impl GrantType {
    /// Every grant that the token endpoint knows, in the order of the metadata.
    pub const ALL: [Self; 4] = [
        Self::Configured(Grant::AuthorizationCode),
        Self::Configured(Grant::RefreshToken),
        Self::Configured(Grant::ClientCredentials),
        Self::TokenExchange,
    ];

    /// The value of `grant_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configured(grant) => grant.as_str(),
            Self::TokenExchange => "urn:ietf:params:oauth:grant-type:token-exchange",
        }
    }

    /// The grant of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == name)
    }
}
