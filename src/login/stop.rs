//! Why a login that was claimed goes no further.

use super::authorization_session::Status;
use super::refusal::{Code, Refusal};
use crate::base::db::DbError;
use crate::upstream::Failure;

/// Something ends it.
pub enum Stop {
    /// Its row is still to be told.
    No(No),
    /// There is nothing more to write.
    Refusal(Refusal),
}

/// How it ends.
pub struct No {
    /// What the row says.
    pub status: Status,
    /// What the caller is told.
    pub code: Code,
    /// What the operator is told.
    pub reason: String,
}

impl No {
    /// A rule, an administrator or the state of things says no.
    pub fn denied(code: Code, reason: impl Into<String>) -> Self {
        Self { status: Status::Denied, code, reason: reason.into() }
    }
}

impl From<Failure> for No {
    fn from(failure: Failure) -> Self {
        let status = Status::of_failure(failure.stage);
        Self { status, code: Code::of_failure(&failure), reason: failure.reason }
    }
}

impl From<No> for Stop {
    fn from(no: No) -> Self {
        Self::No(no)
    }
}

impl From<DbError> for Stop {
    fn from(error: DbError) -> Self {
        Self::Refusal(error.into())
    }
}
