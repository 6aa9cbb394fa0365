//! `[database]`

use schemars::JsonSchema;
use serde::Deserialize;

use super::server::cores;
use crate::base::db::Access;
use crate::base::secret::Plain;
use crate::config::layer::findings::Findings;
use crate::config::value::duration::DURATION;

/// The PostgreSQL database.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawDatabase {
    /// `postgres://user:password@host/database`; must be given
    #[schemars(extend("writeOnly" = true))]
    url: String,
    /// 0: 2 × cores + 2
    #[schemars(range(min = 0, max = 1000))]
    pool_size: u32,
    /// then 503 with Retry-After
    #[schemars(regex(pattern = DURATION))]
    acquire_timeout: String,
    /// how long one statement may run
    #[schemars(regex(pattern = DURATION))]
    statement_timeout: String,
    /// under an advisory lock; off where `vestibule migrate` is run as a job
    migrate_on_start: bool,
}

/// `[database]`
pub struct Database {
    /// How the pool reaches it.
    pub access: Access,
    /// Whether `serve` brings the schema up to date.
    pub migrate_on_start: bool,
}

const REMEDY: &str = "write \"postgres://user:password@host/database\", or name a file with it in database.url_file";

pub(crate) fn database(raw: RawDatabase, at: &mut Findings<'_>) -> Option<Database> {
    let url = url(raw.url, at);
    // The statement timeout also bounds waiting for locks; beyond an hour nobody is waiting any more.
    let acquire_timeout = at.duration("database.acquire_timeout", &raw.acquire_timeout, "10ms", "1m");
    let statement_timeout = at.duration("database.statement_timeout", &raw.statement_timeout, "10ms", "1h");
    let pool_size = match raw.pool_size {
        0 => u32::try_from(cores()).unwrap_or(1).saturating_mul(2).saturating_add(2),
        size => size,
    };
    let access =
        Access { url: url?, pool_size, acquire_timeout: acquire_timeout?, statement_timeout: statement_timeout? };
    Some(Database { access, migrate_on_start: raw.migrate_on_start })
}

/// libpq reads the rest: it knows several hosts, sockets and percent-encoding.
fn url(text: String, at: &mut Findings<'_>) -> Option<Plain> {
    if text.trim().is_empty() {
        at.refuse("database.url", "is missing", REMEDY);
        return None;
    }
    let is_url = text.starts_with("postgres://") || text.starts_with("postgresql://");
    let is_pairs = !text.contains("://") && text.split_whitespace().all(|pair| pair.contains('='));
    if !is_url && !is_pairs || text.contains(char::is_control) {
        at.refuse("database.url", "is not the address of a PostgreSQL database", REMEDY);
        return None;
    }
    Some(Plain::new(text))
}
