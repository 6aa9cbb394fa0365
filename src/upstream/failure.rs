//! Why a login, a refresh or a revocation at a provider failed.

use super::sent::Sent;

/// The longest reason, in characters: it is stored with the login and logged, and may contain what a provider sent.
const MAX_REASON: usize = 500;

/// The step that failed. It decides the final status of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Before or at the token request, or in the ID token; status `token_failed`.
    Token,
    /// At the userinfo request; status `userinfo_failed`.
    Userinfo,
}

/// The kind of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The provider's metadata or keys cannot be fetched, and neither the cache nor the database has them; or the
    /// provider is not used, because its issuer has changed.
    Unavailable,
    /// The provider did not respond in time.
    Timeout,
    /// No request was sent: earlier ones timed out and requests are suspended for a while, or too many wait for a response.
    NotSent,
    /// This process has no file descriptor left for the request, or has as many requests in progress as it may. The provider
    /// is not the cause.
    Overloaded,
    /// The request failed, or the response has an unexpected status, media type or content.
    InvalidResponse,
    /// The provider returned an OAuth error, or one of its tokens is not valid.
    Refused,
}

/// The state of a code or a refresh token after a failed token request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantState {
    /// The provider says that it is not valid (`invalid_grant`, RFC 6749 §5.2, or a code that means the same), and not only that
    /// it refuses.
    Invalid,
    /// It was not redeemed: it was not sent, or the provider answered with an error about something else.
    Unspent,
    /// The provider may have redeemed it: the response is missing or cannot be used.
    Unknown,
}

/// A failed login, refresh or revocation at a provider.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// The step that failed.
    pub stage: Stage,
    /// The kind of the failure.
    pub fault: Fault,
    /// An explanation for the operator, for logs and the recorded steps. It contains no secret and no part of a response body.
    pub reason: String,
    /// Whether the user has to log in again: the refresh token is no longer valid (`invalid_grant`, RFC 6749 §5.2), or the
    /// response belongs to another user.
    pub requires_reauth: bool,
    /// The state of the code or the refresh token of the request.
    pub grant: GrantState,
    /// Whether only an operator can repair it, at the gateway or at the provider: another issuer, an unknown
    /// certificate authority, a client that the provider refuses. A further attempt fails too.
    pub needs_operator: bool,
}

impl Failure {
    /// A failure before or at the token request, or in the ID token.
    pub fn token(fault: Fault, reason: impl Into<String>) -> Self {
        Self::at(Stage::Token, fault, reason.into())
    }

    fn at(stage: Stage, fault: Fault, mut reason: String) -> Self {
        if let Some((end, _)) = reason.char_indices().nth(MAX_REASON) {
            reason.truncate(end);
        }
        let grant = match fault {
            Fault::Unavailable | Fault::NotSent | Fault::Overloaded => GrantState::Unspent,
            Fault::Timeout | Fault::InvalidResponse | Fault::Refused => GrantState::Unknown,
        };
        Self { stage, fault, reason, requires_reauth: false, grant, needs_operator: false }
    }

    /// This failure with [`Self::requires_reauth`] set.
    pub(super) fn requiring_reauth(self) -> Self {
        Self { requires_reauth: true, ..self }
    }

    /// This failure with [`Self::needs_operator`] set if `needs_operator`.
    #[must_use]
    pub fn needing_operator(self, needs_operator: bool) -> Self {
        Self { needs_operator, ..self }
    }

    /// This failure without values that were sent to the provider.
    #[must_use]
    pub fn without(self, sent: &Sent) -> Self {
        Self { reason: sent.replace(&self.reason), ..self }
    }

    /// The authorization response has a code, but the provider uses OAuth 1.0a; or it has a verifier, but the provider
    /// does not.
    pub(super) fn wrong_protocol() -> Self {
        Self::token(Fault::Refused, "the answer is one of another protocol")
    }

    /// A failure at the userinfo request.
    pub(super) fn userinfo(fault: Fault, reason: impl Into<String>) -> Self {
        Self::at(Stage::Userinfo, fault, reason.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_reason_is_cut() {
        assert_eq!(Failure::token(Fault::Refused, "é".repeat(900_000)).reason, "é".repeat(MAX_REASON));
        assert_eq!(Failure::userinfo(Fault::Refused, "short").reason, "short");
    }
}
