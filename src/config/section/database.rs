//! `[database]`: the PostgreSQL database and its connection pool.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::server::cores;
use crate::base::db::Access;
use crate::config::value::database_url::DatabaseUrl;
use crate::config::value::duration::DurationText;

/// The PostgreSQL database and its connection pool.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// URL, for example `postgres://user:password@host/database`; required
    #[schemars(extend("writeOnly" = true))]
    pub(crate) url: DatabaseUrl,
    /// connections per replica; 0: 2 × cores + 2
    #[serde(deserialize_with = "pool_size")]
    #[schemars(range(min = 0, max = 1000))]
    pub(crate) pool_size: u32,
    /// requests of a kind that come at the same time share a SQL statement, such as refreshes; a lone request never waits
    batching: bool,
    /// how long a request waits for a connection; then 503 with Retry-After
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "10ms", "x-to" = "1m"))]
    acquire_timeout: Duration,
    /// how long one statement may run, waiting for locks included
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "10ms", "x-to" = "1h"))]
    statement_timeout: Duration,
    /// how long the start waits for a database that does not answer yet
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "0s", "x-to" = "1h"))]
    pub connect_timeout: Duration,
    /// bring the schema up to date at the start, under an advisory lock; false where `vestibule migrate` runs as a job
    pub migrate_on_start: bool,
}

impl Database {
    /// The address, the size of the pool, and the timeouts.
    pub fn access(&self) -> Access {
        Access {
            url: self.url.plain().clone(),
            pool_size: self.pool_size,
            batching: self.batching,
            acquire_timeout: self.acquire_timeout,
            statement_timeout: self.statement_timeout,
        }
    }
}

/// Reads the number of connections, at least 1.
fn pool_size<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Ok(match u32::deserialize(deserializer)? {
        0 => cores().saturating_mul(2).saturating_add(2),
        size => size,
    })
}
