//! The start: every configured algorithm has a key, the same one on all replicas.

use super::key_ring::{KeyRing, from_files};
use super::opened::open_all;
use super::policy::{Policy, running};
use super::store;
use super::supplies::{Supplies, algorithms, make, standings};
use super::timeline::{self, Standing};
use crate::base::clock::Timestamp;
use crate::base::db::{Db, DbError};
use crate::base::event::Event;
use crate::base::seal::{Ring, Unsealable};
use crate::config::KeyFile;

/// Why there are no keys to sign with.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The database refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A stored key cannot be opened: a start error, never a reason for new keys (JW-12).
    #[error(
        "the stored signing key {kid} cannot be opened: {cause}; put the key that sealed it back into secrets.keys, \
         or remove the row from signing_keys if it is lost for good"
    )]
    Sealed {
        /// Its key id.
        kid: String,
        /// What the seal says.
        cause: Unsealable,
    },
    /// A key cannot be made or read.
    #[error(transparent)]
    Bad(#[from] super::key::BadKey),
    /// A row of a newer version.
    #[error("the stored signing key {0} has an algorithm or a state that this version does not know")]
    Unknown(String),
}

/// Reads the keys, and makes those that are missing. One statement where all are there.
pub fn establish(
    db: &Db,
    secrets: &Ring,
    files: &[KeyFile],
    policy: Policy,
    now: Timestamp,
) -> Result<(KeyRing, Vec<Event>), KeysError> {
    let files = from_files(files)?;
    let rows = db.run_here("load signing keys", store::load)?;
    // Whatever is there must open before anything is added: a wrong ring is found out, not worked around.
    let keys = open_all(secrets, &rows, &files)?;
    let missing = timeline::missing(&standings(&rows), &policy);
    if missing.is_empty() {
        return Ok((KeyRing::new(keys, files, policy), Vec::new()));
    }
    let made = make(&algorithms(&missing))?;
    let supplies = Supplies::new(secrets, &made, &rows, &missing);
    let decide = |keys: &[Standing], _: Timestamp| timeline::missing(keys, &policy);
    let now = running(now);
    let events = db.run_here("add signing keys", |conn| store::decide(conn, decide, &supplies, now))?;
    let keys = open_all(secrets, &db.run_here("load signing keys", store::load)?, &files)?;
    Ok((KeyRing::new(keys, files, policy), events))
}
