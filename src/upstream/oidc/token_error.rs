//! Why a token of a provider is not accepted.

use super::document_cache::Missing;
use crate::base::jws::{JwsError, Unverified};
use crate::upstream::failure::{Failure, Fault};

/// Why a token is not accepted. A text follows "the ID token", and does not quote the token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The token is invalid.
    #[error("{0}")]
    Invalid(String),
    /// A time of the token is outside the tolerated difference of the clocks.
    #[error("{0}: compare the clocks of this machine and of the provider")]
    Clock(String),
    /// No key of the provider's key set fits. The set may be older than the key.
    #[error("{0}")]
    NoKey(Unverified),
    /// There are no keys to verify it with.
    #[error("cannot be verified: {}", .0.reason)]
    Unavailable(Missing),
}

impl TokenError {
    /// The failure of a login, a refresh or a logout. `what` names the token: `the ID token`.
    pub fn into_failure(self, what: &str) -> Failure {
        let needs_operator = matches!(self, Self::Clock(_));
        match self {
            Self::Unavailable(missing) => missing.into(),
            why => Failure::token(Fault::Refused, format!("{what} {why}")).needing_operator(needs_operator),
        }
    }
}

impl From<&str> for TokenError {
    fn from(reason: &str) -> Self {
        Self::Invalid(reason.into())
    }
}

impl From<String> for TokenError {
    fn from(reason: String) -> Self {
        Self::Invalid(reason)
    }
}

impl From<JwsError> for TokenError {
    fn from(error: JwsError) -> Self {
        Self::Invalid(error.to_string())
    }
}

impl From<Unverified> for TokenError {
    fn from(error: Unverified) -> Self {
        match error {
            Unverified::NoKey => Self::NoKey(error),
            _ => Self::Invalid(error.to_string()),
        }
    }
}

impl From<Missing> for TokenError {
    fn from(missing: Missing) -> Self {
        Self::Unavailable(missing)
    }
}
