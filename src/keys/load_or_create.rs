//! The start: every configured algorithm has a key, the same one on all replicas.

use super::decrypt::decrypt_all;
use super::failure::KeysError;
use super::key_ring::{KeyRing, from_files};
use super::policy::{Policy, running_clock};
use super::prepare::{Prepared, algorithms, statuses};
use super::row::generate;
use super::store;
use super::timeline::{self, KeyStatus};
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError};
use crate::base::event::Event;
use crate::base::seal::Ring;
use crate::config::KeyFile;

/// Loads the keys, and creates those that are missing. One statement on `conn` if all exist.
pub fn load_or_create(
    db: &Db,
    conn: &mut Conn,
    secrets: &Ring,
    files: &[KeyFile],
    policy: Policy,
    now: Timestamp,
) -> Result<(KeyRing, Vec<Event>), KeysError> {
    let files = from_files(files)?;
    let rows = store::load(conn).map_err(DbError::from)?;
    // Before any key is created: if secrets.keys does not open the stored ones, new ones would hide that mistake.
    let keys = decrypt_all(secrets, &rows, &files)?;
    let missing = timeline::missing(&statuses(&rows), &policy);
    if missing.is_empty() {
        return Ok((KeyRing::new(keys, files, policy), Vec::new()));
    }
    let generated = generate(&algorithms(&missing))?;
    let prepared = Prepared::new(secrets, &generated, &rows, &missing);
    let decide = |keys: &[KeyStatus], _: Timestamp| timeline::missing(keys, &policy);
    let now = running_clock(now);
    let events = db.run_here("add signing keys", |conn| store::change(conn, decide, &prepared, now))?;
    let keys = decrypt_all(secrets, &db.run_here("load signing keys", store::load)?, &files)?;
    Ok((KeyRing::new(keys, files, policy), events))
}
