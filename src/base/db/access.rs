//! How to connect to the database, and the type of a connection.

use std::time::Duration;

use diesel::PgConnection;

use crate::base::secret::Plain;

/// A connection to PostgreSQL. Code that has one runs on a thread that may block.
pub type Conn = PgConnection;

/// How to connect to the database: `[database]` of the configuration.
pub struct Access {
    /// `postgres://…` or libpq's `key=value` form.
    pub url: Plain,
    /// The number of connections, and of threads that use them.
    pub pool_size: u32,
    /// Whether requests of one kind share a statement while they wait ([`Batch`](super::Batch)).
    pub batching: bool,
    /// How long work waits for a connection.
    pub acquire_timeout: Duration,
    /// How long one statement may run (PostgreSQL's `statement_timeout`).
    pub statement_timeout: Duration,
}
