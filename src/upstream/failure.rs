//! How a provider can fail us.

/// Where in the conversation it failed; decides the terminal status of the login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Before or at the token call, or in the ID token: `token_failed`.
    Token,
    /// At the userinfo call: `userinfo_failed`.
    Userinfo,
}

/// What went wrong, by whose fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no metadata, neither fresh nor stored.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// An answer that cannot be used.
    Answer,
    /// The provider refused, or what it sent does not verify.
    Refused,
}

/// A failed conversation. `reason` is for the operator and holds no secret and nothing of a provider's raw body.
#[derive(Debug, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// Where.
    pub stage: Stage,
    /// What.
    pub fault: Fault,
    /// In words, for logs and the recorded steps.
    pub reason: String,
    /// Whether it ends the link: what we showed is of no use any more, now and later (`invalid_grant`, RFC 6749 §5.2), or
    /// what came for it is somebody else's.
    pub ends_link: bool,
}

impl Failure {
    /// A failure before or at the token call, or in the ID token.
    pub fn token(fault: Fault, reason: impl Into<String>) -> Self {
        Self { stage: Stage::Token, fault, reason: reason.into(), ends_link: false }
    }

    /// The same failure, as one that ends the link.
    pub(super) fn ending_link(self) -> Self {
        Self { ends_link: true, ..self }
    }

    /// The browser brought what another protocol would have sent.
    pub(super) fn of_another_protocol() -> Self {
        Self::token(Fault::Refused, "the answer is one of another protocol")
    }

    /// A failure at the userinfo call.
    pub(super) fn userinfo(fault: Fault, reason: impl Into<String>) -> Self {
        Self { stage: Stage::Userinfo, fault, reason: reason.into(), ends_link: false }
    }
}
