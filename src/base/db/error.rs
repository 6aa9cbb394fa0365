//! Why work on the database gave no answer.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why work on the database gave no answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DbError {
    /// Every connection is taken and the queue is full or too slow.
    #[error("the database pool is exhausted")]
    Busy,
    /// The database is out of reach, read-only, or did not answer in time.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// A statement failed for a reason of its own: a defect of ours.
    #[error("the database refused a statement: {0}")]
    Failed(String),
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        // diesel keeps the SQLSTATE to itself, so the server's own words decide here; only between 503 and 500.
        const PASSING: [&str; 9] = [
            "server closed the connection",
            "terminating connection",
            "no connection to the server",
            "connection",
            "canceling statement due to",
            "read-only transaction",
            "deadlock detected",
            "the database system is",
            "SSL",
        ];
        let text = one_line(&error);
        match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::ReadOnlyTransaction
                | DatabaseErrorKind::SerializationFailure,
                _,
            )
            | DieselError::BrokenTransactionManager => Self::Unavailable(text),
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, _)
                if PASSING.iter().any(|words| text.contains(words)) =>
            {
                Self::Unavailable(text)
            }
            _ => Self::Failed(text),
        }
    }
}

/// libpq breaks its messages into lines; in a log an event is one.
pub(super) fn one_line(error: &impl std::fmt::Display) -> String {
    error.to_string().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}
