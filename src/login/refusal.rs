//! The errors of logins.

use crate::base::db::DbError;
use crate::base::id::{AuthorizationRequestId, Reference, SessionId};
use crate::upstream::{Failure, Fault, Stage};

/// The stable code of a refusal, part of the HTTP contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// No provider of that id is configured.
    UnknownProvider,
    /// There is no login with that `state`, or it began in the other flow.
    UnknownState,
    /// The authorization response arrived after the login expired.
    StateExpired,
    /// The authorization response arrived a second time.
    StateUsed,
    /// The login was begun by another browser or from another origin.
    WrongBrowser,
    /// The provider answered with an `error`.
    ProviderDenied,
    /// The answer of the provider is unusable.
    ProviderError,
    /// The gateway has no metadata of the provider, neither fetched nor stored, or the stored identities are of another
    /// issuer.
    ProviderUnavailable,
    /// The provider did not answer in time.
    ProviderTimeout,
    /// This process has no descriptor left for the request to the provider, or too many requests in progress.
    Overloaded,
    /// The provider refused the code, or its tokens do not verify.
    TokenInvalid,
    /// The `code_verifier` of the frontend is missing, needless or wrong. Nothing is spent.
    VerifierMismatch,
    /// The provider's userinfo was refused or does not fit.
    UserinfoFailed,
    /// An allow rule refuses this person.
    NotAllowed,
    /// The user was disabled by an administrator.
    UserDisabled,
    /// The identity belongs to another user.
    AlreadyLinked,
    /// The session that asked to link an identity has ended.
    SessionRevoked,
    /// `return_to` is not among the allowed URLs.
    ReturnToRefused,
}

impl Code {
    /// The value in responses, rows and metrics.
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
            Self::TokenInvalid | Self::VerifierMismatch => "token_invalid",
            Self::UserinfoFailed => "userinfo_failed",
            Self::NotAllowed => "not_allowed",
            Self::UserDisabled => "user_disabled",
            Self::AlreadyLinked => "already_linked",
            Self::SessionRevoked => "session_revoked",
            Self::ReturnToRefused => "return_to_refused",
        }
    }

    /// The code of a failed request to a provider.
    pub fn of_failure(failure: &Failure) -> Self {
        match (failure.fault, failure.stage) {
            (Fault::Unavailable, _) => Self::ProviderUnavailable,
            (Fault::Timeout | Fault::NotSent, _) => Self::ProviderTimeout,
            (Fault::Overloaded, _) => Self::Overloaded,
            (Fault::InvalidResponse, _) => Self::ProviderError,
            (Fault::Refused, Stage::Token) => Self::TokenInvalid,
            (Fault::Refused, Stage::Userinfo) => Self::UserinfoFailed,
        }
    }
}

/// The purpose of a login, so that the page of its failure can begin it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goal {
    /// The id of the provider; `None` if the person chooses.
    pub provider: Option<String>,
    /// The target after the login, validated.
    pub return_to: Option<String>,
    /// The account at the provider that was refused: its e-mail address or its name.
    pub account: Option<String>,
}

/// A login that failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginRefusal {
    /// Refused with a code that the caller may see.
    #[error("{}", .code.as_str())]
    Refused {
        /// The code of the refusal, for the caller and the log.
        code: Code,
        /// The reference of the login, if there is one.
        reference: Option<Reference>,
        /// The authorization request that it was for, if any.
        request: Option<AuthorizationRequestId>,
        /// The purpose of the login; `None` if it is unknown, or if the login was to link an identity.
        goal: Option<Box<Goal>>,
        /// Whether only an operator can change it, so that a further attempt fails too.
        needs_operator: bool,
        /// Whether the browser has a live session; `None` if that was not looked up.
        signed_in: Option<bool>,
    },
    /// A repeated callback, which is harmless if the browser is signed in by the first one.
    #[error("state_used")]
    Replayed {
        /// The reference of the login.
        reference: Reference,
        /// The session that the first callback gave.
        session: Option<SessionId>,
        /// The authorization request that it was for, if any.
        request: Option<AuthorizationRequestId>,
        /// The redirect of the first callback.
        return_to: Option<String>,
        /// The purpose of the login; `None` if it was to link an identity.
        goal: Option<Box<Goal>>,
    },
    /// The database is unavailable.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl Goal {
    /// The goal of a login, unless the login is to link an identity: its person is signed in.
    pub fn of(provider: &str, return_to: Option<String>, links: bool) -> Option<Box<Self>> {
        let provider = Some(provider.to_owned());
        (!links).then(|| Box::new(Self { provider, return_to, account: None }))
    }
}

impl LoginRefusal {
    /// A refusal before a login exists.
    pub fn early(code: Code) -> Self {
        Self::Refused { code, reference: None, request: None, goal: None, needs_operator: false, signed_in: None }
    }

    /// The code of the refusal; `provider_unavailable` if the database is unavailable.
    pub fn code(&self) -> Code {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Replayed { .. } => Code::StateUsed,
            Self::Db(_) => Code::ProviderUnavailable,
        }
    }

    /// The reference of the login, if there is one.
    pub fn reference(&self) -> Option<&Reference> {
        match self {
            Self::Refused { reference, .. } => reference.as_ref(),
            Self::Replayed { reference, .. } => Some(reference),
            Self::Db(_) => None,
        }
    }

    /// The authorization request of an app that the login was for.
    pub fn request(&self) -> Option<AuthorizationRequestId> {
        match self {
            Self::Refused { request, .. } | Self::Replayed { request, .. } => *request,
            Self::Db(_) => None,
        }
    }
}
