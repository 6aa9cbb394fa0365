//! Every way a login can be refused.

use crate::base::db::DbError;
use crate::base::id::{AuthorizationRequestId, Reference, SessionId};
use crate::upstream::{Failure, Fault, Stage};

/// The stable code of a refusal, part of the HTTP contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// No such provider.
    UnknownProvider,
    /// No such login, or not at this door.
    UnknownState,
    /// Back too late.
    StateExpired,
    /// Back a second time.
    StateUsed,
    /// Begun by another browser, or from another origin.
    WrongBrowser,
    /// The provider said no.
    ProviderDenied,
    /// The provider's answer cannot be used.
    ProviderError,
    /// Nothing is known of the provider's endpoints.
    ProviderUnavailable,
    /// The provider did not answer in time.
    ProviderTimeout,
    /// This process has no descriptor left for the request to the provider.
    Overloaded,
    /// The provider refused the code, or its tokens do not verify.
    TokenInvalid,
    /// The provider's userinfo was refused or does not fit.
    UserinfoFailed,
    /// A rule keeps this person out.
    NotAllowed,
    /// An administrator keeps this person out.
    UserDisabled,
    /// The identity is another user's.
    AlreadyLinked,
    /// The session that asked for one more identity is over.
    SessionRevoked,
    /// Not one of the allowed return addresses.
    ReturnToRefused,
}

impl Code {
    /// As it stands in answers, rows and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownProvider => "unknown_provider",
            Self::UnknownState => "unknown_state",
            Self::StateExpired => "state_expired",
            Self::StateUsed => "state_used",
            Self::WrongBrowser => "wrong_browser",
            Self::ProviderDenied => "provider_denied",
            Self::ProviderError => "provider_error",
            Self::ProviderUnavailable => "provider_unavailable",
            Self::ProviderTimeout => "provider_timeout",
            Self::Overloaded => "overloaded",
            Self::TokenInvalid => "token_invalid",
            Self::UserinfoFailed => "userinfo_failed",
            Self::NotAllowed => "not_allowed",
            Self::UserDisabled => "user_disabled",
            Self::AlreadyLinked => "already_linked",
            Self::SessionRevoked => "session_revoked",
            Self::ReturnToRefused => "return_to_refused",
        }
    }

    /// The code of a failed conversation with a provider.
    pub fn of_failure(failure: &Failure) -> Self {
        match (failure.fault, failure.stage) {
            (Fault::Unavailable, _) => Self::ProviderUnavailable,
            (Fault::Timeout, _) => Self::ProviderTimeout,
            (Fault::Overloaded, _) => Self::Overloaded,
            (Fault::InvalidResponse, _) => Self::ProviderError,
            (Fault::Refused, Stage::Token) => Self::TokenInvalid,
            (Fault::Refused, Stage::Userinfo) => Self::UserinfoFailed,
        }
    }
}

/// A login that goes no further.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Refused, for a reason that the caller may know.
    #[error("{}", .code.as_str())]
    Refused {
        /// Why.
        code: Code,
        /// The login, where there is one.
        reference: Option<Reference>,
        /// The app's request that it was for, where there was one.
        request: Option<AuthorizationRequestId>,
    },
    /// A second arrival of a callback: harmless where the browser is signed in by the first.
    #[error("state_used")]
    Replayed {
        /// The login.
        reference: Reference,
        /// The session that the first arrival gave.
        session: Option<SessionId>,
        /// Where the first arrival went.
        return_to: Option<String>,
    },
    /// The database gave no answer.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Refusal {
    /// Refused before there was a login.
    pub fn early(code: Code) -> Self {
        Self::Refused { code, reference: None, request: None }
    }
}
