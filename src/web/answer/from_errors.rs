//! The refusal for each error of the lower layers.

use super::app_goal::AppGoal;
use super::app_refusal::AppRefusal;
use super::problem::Problem;
use super::refusals::Refusal;
use crate::authorize::OpenRequestError;
use crate::base::db::DbError;
use crate::gate;
use crate::keys::UnusableKey;
use crate::login::{self, Code};
use crate::logout;
use crate::upstream::Fault;
use crate::vault::ProviderTokenError;

impl From<login::LoginRefusal> for Problem {
    fn from(refusal: login::LoginRefusal) -> Self {
        match refusal {
            login::LoginRefusal::Refused { code, reference, goal, needs_operator, .. } => {
                Self::from(code).with_reference(reference).with_goal(goal).needing_operator(needs_operator)
            }
            login::LoginRefusal::Replayed { reference, goal, .. } => {
                Self::of_login(Refusal::StateUsed).with_reference(Some(reference)).with_goal(goal)
            }
            login::LoginRefusal::Db(error) => error.into(),
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        match Refusal::from(code) {
            // The user who links an identity stays signed in, so the page must not offer a new login.
            linking @ Refusal::AlreadyLinked => linking.into(),
            refusal => Self::of_login(refusal),
        }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        match code {
            Code::UnknownProvider => Self::UnknownProvider,
            Code::UnknownState => Self::UnknownState,
            Code::StateExpired => Self::StateExpired,
            Code::StateUsed => Self::StateUsed,
            Code::WrongBrowser => Self::WrongBrowser,
            Code::ProviderDenied => Self::ProviderDenied,
            Code::ProviderError => Self::ProviderError,
            Code::ProviderUnavailable => Self::ProviderUnavailable,
            Code::ProviderTimeout => Self::ProviderTimeout,
            Code::Overloaded => Self::Overloaded,
            Code::TokenInvalid => Self::LoginUnverified,
            Code::VerifierMismatch => Self::VerifierMismatch,
            Code::UserinfoFailed => Self::UserinfoFailed,
            Code::NotAllowed => Self::NotAllowed,
            Code::UserDisabled => Self::UserDisabled,
            Code::AlreadyLinked => Self::AlreadyLinked,
            Code::SessionRevoked => Self::SessionRevoked,
            Code::ReturnToRefused => Self::ReturnToRefused,
        }
    }
}

impl From<ProviderTokenError> for Problem {
    fn from(none: ProviderTokenError) -> Self {
        match none {
            ProviderTokenError::NotLinked => Refusal::NotLinked.into(),
            ProviderTokenError::NotStored => Refusal::TokensNotStored.into(),
            ProviderTokenError::ReauthRequired => Refusal::ReauthRequired.into(),
            ProviderTokenError::Provider(Fault::Timeout | Fault::NotSent) => Refusal::ProviderTimeout.into(),
            ProviderTokenError::Provider(Fault::Overloaded) => Refusal::Overloaded.into(),
            ProviderTokenError::Provider(Fault::Unavailable) => Refusal::ProviderUnavailable.into(),
            ProviderTokenError::Provider(Fault::InvalidResponse | Fault::Refused) => Refusal::ProviderError.into(),
            ProviderTokenError::Db(error) => error.into(),
        }
    }
}

impl From<logout::LogoutRequestError> for Problem {
    fn from(refused: logout::LogoutRequestError) -> Self {
        let explained = match refused {
            logout::LogoutRequestError::UnknownClient => {
                AppRefusal::new(Refusal::InvalidRequest, "client_id", "There is no such client")
            }
            logout::LogoutRequestError::OtherClient => {
                let description = "client_id is not the client of id_token_hint";
                AppRefusal::new(Refusal::InvalidRequest, "client_id", description)
            }
            logout::LogoutRequestError::Unregistered => {
                let description = "post_logout_redirect_uri is not registered for the client";
                AppRefusal::new(Refusal::ReturnToRefused, "post_logout_redirect_uri", description)
            }
        };
        explained.into()
    }
}

impl From<gate::AccessTokenError> for Problem {
    fn from(refused: gate::AccessTokenError) -> Self {
        match refused {
            gate::AccessTokenError::TokenRevoked | gate::AccessTokenError::UnknownClient => {
                Refusal::BearerInvalid.into()
            }
            gate::AccessTokenError::Revoked => Refusal::SessionRevoked.into(),
            gate::AccessTokenError::Expired => Refusal::SessionExpired.into(),
            gate::AccessTokenError::NotFresh => Refusal::DatabaseUnavailable.into(),
            gate::AccessTokenError::Db(error) => error.into(),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy | DbError::Unavailable(_) => {
                tracing::warn!(%error, "the database gave no answer");
                Refusal::DatabaseUnavailable.into()
            }
            // The statement has logged its error.
            DbError::Failed(_) | DbError::OlderSchema => Refusal::Internal.into(),
        }
    }
}

impl From<UnusableKey> for Problem {
    /// A defect, since the start requires a signing key.
    fn from(error: UnusableKey) -> Self {
        tracing::error!(%error, "cannot sign a token");
        Refusal::Internal.into()
    }
}

impl From<OpenRequestError> for Problem {
    fn from(not_open: OpenRequestError) -> Self {
        let code = match not_open {
            OpenRequestError::Unknown => Code::UnknownState,
            OpenRequestError::Expired(_) => Code::StateExpired,
            OpenRequestError::Answered(_) => Code::StateUsed,
            OpenRequestError::WrongBrowser(_) => Code::WrongBrowser,
            OpenRequestError::Db(error) => return error.into(),
        };
        AppGoal::of_closed(not_open, code, None).into_iter().fold(code.into(), Self::with_app)
    }
}
