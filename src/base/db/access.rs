//! What it takes to reach the database.

use std::time::Duration;

use crate::base::secret::Plain;

/// What it takes to reach the database.
pub struct Access {
    /// `postgres://…` or libpq's `key=value` form.
    pub url: Plain,
    /// Connections, and threads to use them on.
    pub pool_size: u32,
    /// How long a caller waits for its turn.
    pub acquire_timeout: Duration,
    /// How long one statement may run.
    pub statement_timeout: Duration,
}
