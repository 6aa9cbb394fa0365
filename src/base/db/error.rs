//! The errors of database operations, derived from the errors of diesel.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why a database operation failed. The response is 503 for `Busy` and `Unavailable`, and 500 for `Failed`.
#[derive(Clone, Debug, thiserror::Error)]
pub enum DbError {
    /// All connections are in use, and the queue is full or too slow.
    #[error("the database pool is exhausted")]
    Busy,
    /// The database cannot be reached, is read-only, or did not answer in time.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The database is available and rejected the statement: a defect of the gateway.
    #[error("the database refused a statement: {0}")]
    Failed(String),
    /// The migrations that created the schema are none of this version's.
    #[error("{OlderSchema}")]
    OlderSchema,
}

/// The schema was created before version 0.1.0.
#[derive(Debug, thiserror::Error)]
#[error(
    "the schema of this database was created by a development version before 0.1.0, which cannot be upgraded: use an empty \
     database (docs/upgrading.md)"
)]
pub struct OlderSchema;

impl DbError {
    /// Whether the statement took longer than `database.statement_timeout`.
    pub(super) fn is_timeout(&self) -> bool {
        matches!(self, Self::Unavailable(text) if text.contains("statement timeout"))
    }

    /// Whether a table is missing: nothing has migrated this database.
    pub fn is_without_tables(&self) -> bool {
        matches!(self, Self::Failed(text) if text.contains("relation \"") && text.contains("does not exist"))
    }
}

impl From<DieselError> for DbError {
    fn from(error: DieselError) -> Self {
        // diesel does not expose the SQLSTATE, so the server's message decides between 503 and 500.
        const TEMPORARY: [&str; 9] = [
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
                if TEMPORARY.iter().any(|words| text.contains(words)) =>
            {
                Self::Unavailable(text)
            }
            DieselError::QueryBuilderError(cause) if cause.is::<OlderSchema>() => Self::OlderSchema,
            _ => Self::Failed(with_remedy(text)),
        }
    }
}

/// Adds what an operator can do, if the server's message has a known cause.
fn with_remedy(text: String) -> String {
    let is_missing =
        ["relation \"", "column \""].iter().any(|kind| text.contains(kind)) && text.contains("does not exist");
    let remedy = if is_missing {
        "; the schema is missing or old: run `vestibule migrate`"
    } else if text.contains("permission denied for schema") {
        "; make the role the owner of the database (ALTER DATABASE … OWNER TO …), or, as the owner of the database, run: \
         GRANT USAGE, CREATE ON SCHEMA public TO …"
    } else {
        ""
    };
    text + remedy
}

/// Joins the lines of a libpq message with `; `, because a log event is one line. libpq says the same twice if the server refuses
/// the user with TLS and without it.
pub(super) fn one_line(error: &impl std::fmt::Display) -> String {
    let (text, mut lines) = (error.to_string(), Vec::new());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.join("; ")
}

#[cfg(test)]
mod tests {
    use super::{DbError, one_line, with_remedy};

    #[test]
    fn what_libpq_says_twice_is_one_line() {
        let twice = "server at \"h\" failed: FATAL:  x\nserver at \"h\" failed: FATAL:  x\n\ndatabase.url has y: z\n";
        assert_eq!(one_line(&twice), "server at \"h\" failed: FATAL:  x; database.url has y: z");
    }

    #[test]
    fn a_database_without_tables_is_told_from_another_failure() {
        let failed = |text: &str| DbError::Failed(with_remedy(text.to_owned())).is_without_tables();
        assert!(failed("relation \"providers\" does not exist"));
        assert!(!failed("column \"tag\" does not exist") && !failed("permission denied for schema public"));
        assert!(!DbError::Unavailable("relation \"providers\" does not exist".to_owned()).is_without_tables());
    }

    #[test]
    fn messages_with_a_known_cause_have_a_remedy() {
        for (text, remedy) in [
            ("relation \"users\" does not exist", "vestibule migrate"),
            ("column \"tag\" does not exist", "vestibule migrate"),
            ("permission denied for schema public", "GRANT USAGE, CREATE ON SCHEMA public"),
        ] {
            let shown = with_remedy(text.to_owned());
            assert!(shown.starts_with(text) && shown.contains(remedy), "{shown}");
        }
        assert_eq!(with_remedy("division by zero".to_owned()), "division by zero");
    }
}
