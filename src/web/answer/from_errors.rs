//! The refusal for each error of the lower layers.

use super::problem::Problem;
use super::refusals::{self, row_of};
use crate::base::db::DbError;
use crate::gate;
use crate::keys::UnusableKey;
use crate::login::{Code, Refusal};
use crate::logout;
use crate::upstream::Fault;
use crate::vault::ProviderTokenError;

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Refused { code, reference, goal, needs_operator, .. } => {
                Self::from(code).with_reference(reference).with_goal(goal).needing_operator(needs_operator)
            }
            Refusal::Replayed { reference, .. } => {
                Self::of_login(&refusals::STATE_USED).with_reference(Some(reference))
            }
            Refusal::Db(error) => error.into(),
        }
    }
}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        if code == Code::AlreadyLinked {
            // The user who links an identity stays signed in, so the page must not offer a new login.
            return Self::of(row_of(code));
        }
        if code == Code::SessionRevoked {
            return Self::session_revoked();
        }
        Self::of_login(row_of(code))
    }
}

impl From<ProviderTokenError> for Problem {
    fn from(none: ProviderTokenError) -> Self {
        match none {
            ProviderTokenError::NotLinked => Self::of(&refusals::NOT_LINKED),
            ProviderTokenError::NotStored => Self::of(&refusals::TOKENS_NOT_STORED),
            ProviderTokenError::ReauthRequired => Self::of(&refusals::REAUTH_REQUIRED),
            ProviderTokenError::Provider(Fault::Timeout) => Self::of(&refusals::PROVIDER_TIMEOUT),
            ProviderTokenError::Provider(Fault::Overloaded) => Self::of(&refusals::OVERLOADED),
            ProviderTokenError::Provider(Fault::Unavailable) => Self::of(&refusals::PROVIDER_UNAVAILABLE),
            ProviderTokenError::Provider(Fault::InvalidResponse | Fault::Refused) => {
                Self::of(&refusals::PROVIDER_ERROR)
            }
            ProviderTokenError::Db(error) => error.into(),
        }
    }
}

impl From<logout::LogoutRequestError> for Problem {
    fn from(refused: logout::LogoutRequestError) -> Self {
        match refused {
            logout::LogoutRequestError::UnknownClient | logout::LogoutRequestError::OtherClient => {
                Self::invalid_request()
            }
            logout::LogoutRequestError::Unregistered => Self::of(&refusals::RETURN_TO_REFUSED),
        }
    }
}

impl From<gate::AccessTokenError> for Problem {
    fn from(refused: gate::AccessTokenError) -> Self {
        match refused {
            gate::AccessTokenError::TokenRevoked => Self::bearer_invalid(),
            gate::AccessTokenError::Revoked => Self::session_revoked(),
            gate::AccessTokenError::Expired => Self::session_expired(),
            gate::AccessTokenError::NotFresh => Self::feed_out_of_reach(),
            gate::AccessTokenError::Db(error) => error.into(),
        }
    }
}

impl From<DbError> for Problem {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy | DbError::Unavailable(_) => {
                tracing::warn!(%error, "the database gave no answer");
                Self::of(&refusals::DATABASE)
            }
            // The statement has logged its error.
            DbError::Failed(_) | DbError::OlderSchema => Self::internal(),
        }
    }
}

impl From<UnusableKey> for Problem {
    /// A defect, since the start requires a signing key.
    fn from(error: UnusableKey) -> Self {
        tracing::error!(%error, "cannot sign a token");
        Self::internal()
    }
}
