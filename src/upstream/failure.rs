//! Why a conversation with a provider failed.

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
    /// The provider's metadata or keys are available neither fresh nor stored.
    Unavailable,
    /// The provider did not respond in time.
    Timeout,
    /// This process has no descriptor left for the request. The provider has not failed.
    Overloaded,
    /// The provider's response cannot be used.
    InvalidResponse,
    /// The provider returned an error, or a token or signature of it does not verify.
    Refused,
}

/// A failed conversation with a provider.
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
}

impl Failure {
    /// A failure before or at the token request, or in the ID token.
    pub fn token(fault: Fault, reason: impl Into<String>) -> Self {
        Self { stage: Stage::Token, fault, reason: reason.into(), requires_reauth: false }
    }

    /// The same failure, after which the user has to log in again.
    pub(super) fn requiring_reauth(self) -> Self {
        Self { requires_reauth: true, ..self }
    }

    /// The authorization response belongs to another protocol than the provider's.
    pub(super) fn wrong_protocol() -> Self {
        Self::token(Fault::Refused, "the answer is one of another protocol")
    }

    /// A failure at the userinfo request.
    pub(super) fn userinfo(fault: Fault, reason: impl Into<String>) -> Self {
        Self { stage: Stage::Userinfo, fault, reason: reason.into(), requires_reauth: false }
    }
}
