//! `[database]`: the PostgreSQL database and its connection pool.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::server::cores;
use crate::base::db::{Access, Address, BadAddress};
use crate::base::secret::Plain;
use crate::config::layer::validator::Validator;
use crate::config::value::duration::DurationText;

/// The PostgreSQL database and its connection pool.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDatabase {
    /// address, as `postgres://user:password@host/database`; required
    #[schemars(extend("writeOnly" = true))]
    url: String,
    /// connections per replica; 0: 2 × cores + 2
    #[schemars(range(min = 0, max = 1000))]
    pool_size: u32,
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
    connect_timeout: Duration,
    /// bring the schema up to date at the start, under an advisory lock; false where `vestibule migrate` runs as a job
    migrate_on_start: bool,
}

/// The validated settings of the database.
pub struct Database {
    /// The address, the size of the pool, and the timeouts.
    pub access: Access,
    /// How long a start waits for a database that does not answer yet.
    pub connect_timeout: Duration,
    /// Whether `vestibule serve` runs missing migrations at the start.
    pub migrate_on_start: bool,
}

/// The remedy for an address that libpq would split at the wrong place.
const ESCAPE: &str = "percent-encode the user name and the password: @ as %40, / as %2F, ? as %3F, % as %25, : as %3A; and \
                      write \"postgres://user:password@host:5432/database?sslmode=verify-full\"";
const REMEDY: &str = "write \"postgres://user:password@host/database\", or name a file with it in database.url_file";

pub(crate) fn validate(mut raw: RawDatabase, validator: &mut Validator<'_>) -> Option<Database> {
    let url = url(std::mem::take(&mut raw.url), validator);
    let pool_size = match raw.pool_size {
        0 => u32::try_from(cores()).unwrap_or(1).saturating_mul(2).saturating_add(2),
        size => size,
    };
    let RawDatabase { acquire_timeout, statement_timeout, connect_timeout, migrate_on_start, .. } = raw;
    let access = Access { url: url?, pool_size, acquire_timeout, statement_timeout };
    Some(Database { access, connect_timeout, migrate_on_start })
}

/// Checks what libpq would quote in an error. No message has a piece of the text.
fn url(text: String, validator: &mut Validator<'_>) -> Option<Plain> {
    if text.trim().is_empty() {
        validator.reject("database.url", "is missing", REMEDY);
        return None;
    }
    let (bad, remedy) = match Address::parse(&text) {
        Ok(_) => return Some(Plain::new(text)),
        Err(BadAddress::Malformed) => (BadAddress::Malformed, REMEDY),
        Err(bad) => (bad, ESCAPE),
    };
    validator.reject("database.url", bad.to_string(), remedy);
    None
}
