//! The start: every configured algorithm has a key, the same one on all replicas.

use chrono::TimeDelta;

use super::key::SigningKey;
use super::key_ring::Keys;
use super::store::{self, Row, sealed_for};
use crate::base::clock::Instant;
use crate::base::db::{Db, DbError};
use crate::base::event::Event;
use crate::base::seal::{Ring, Unsealable};
use crate::config::Algorithm;

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
    #[error("the stored signing key {0} has an algorithm that this version does not know")]
    Unknown(String),
}

/// Reads the keys, and makes those that are missing. One statement where all are there.
pub fn establish(
    db: &Db,
    ring: &Ring,
    algorithms: &[Algorithm],
    now: Instant,
) -> Result<(Keys, Vec<Event>), KeysError> {
    let rows = db.run_here("load signing keys", store::load)?;
    let missing = algorithms.iter().copied().filter(|algorithm| !store::covers(&rows, algorithm.name()));
    let missing: Vec<_> = missing.collect();
    // Whatever is there must open before anything is added: a wrong ring is found out, not worked around.
    let keys = open(ring, rows)?;
    if missing.is_empty() {
        return Ok((keys, Vec::new()));
    }
    let made = missing.into_iter().map(|algorithm| make(ring, algorithm)).collect::<Result<_, _>>()?;
    let added = db.run_here("add signing keys", |conn| store::add_missing(conn, made, now))?;
    let events = added.into_iter().map(|new| Event::SigningKeyMade { kid: new.kid, algorithm: new.algorithm });
    Ok((open(ring, db.run_here("load signing keys", store::load)?)?, events.collect()))
}

fn make(ring: &Ring, algorithm: Algorithm) -> Result<store::New, KeysError> {
    let (key, pkcs8) = SigningKey::generate(algorithm)?;
    let private_key = ring.seal(&sealed_for(key.kid()), &pkcs8);
    let public_jwk = serde_json::to_value(key.jwk()).unwrap_or_default();
    Ok(store::New { kid: key.kid().to_owned(), algorithm: algorithm.name(), public_jwk, private_key })
}

/// Reads the keys again, for what another replica changed, and lets those sign that have been published for long
/// enough.
pub async fn reload(db: &Db, ring: &Ring, published_for: TimeDelta, now: Instant) -> Result<Keys, KeysError> {
    let before = now - published_for;
    let rows = db.run("load signing keys", store::load).await?;
    if !store::is_due(&rows, before) {
        return open(ring, rows);
    }
    db.run("activate signing keys", move |conn| store::activate(conn, before, now)).await?;
    open(ring, db.run("load signing keys", store::load).await?)
}

fn open(ring: &Ring, rows: Vec<Row>) -> Result<Keys, KeysError> {
    let opened = rows.into_iter().map(|row| {
        let Some(algorithm) = Algorithm::from_name(&row.algorithm) else { return Err(KeysError::Unknown(row.kid)) };
        let pkcs8 = ring.open(&sealed_for(&row.kid), &row.private_key);
        let pkcs8 = pkcs8.map_err(|cause| KeysError::Sealed { kid: row.kid, cause })?;
        Ok((SigningKey::from_pkcs8(algorithm, &pkcs8)?, row.state == "active"))
    });
    Ok(Keys::new(opened.collect::<Result<_, _>>()?))
}
