//! Rotating keys: on schedule, on an operator's request, and loading what other replicas changed.

use std::time::Instant;

use super::decrypt::{decrypt_all, decrypt_new};
use super::failure::KeysError;
use super::key_ring::KeyRing;
use super::policy::{Policy, running_clock};
use super::prepare::{Prepared, algorithms, statuses};
use super::row::{GeneratedKey, KeyRow, generate};
use super::store;
use super::timeline::{self, Change, KeyStatus};
use crate::base::clock::Timestamp;
use crate::base::db::{Db, DbError};
use crate::base::event::Event;
use crate::base::seal::Ring;
use crate::config::Algorithm;

/// Loads the keys, and applies the changes that are due. One statement if nothing has changed.
pub async fn follow(db: &Db, secrets: &Ring, ring: &KeyRing, now: Timestamp) -> Result<Vec<Event>, KeysError> {
    let rows = refresh(db, secrets, ring).await?;
    if ring.is_backing_off() || timeline::due(&statuses(&rows), ring.policy(), now).is_empty() {
        return Ok(Vec::new());
    }
    let events = match change(db, secrets, &rows, ring.policy(), timeline::due, now).await {
        Ok(events) => events,
        Err(error) => {
            // The change stays due, and the present keys stay in use: a read-only database stops no sign-in.
            tracing::warn!(%error, "the signing keys cannot be changed");
            ring.back_off();
            return Ok(Vec::new());
        }
    };
    refresh(db, secrets, ring).await?;
    Ok(events)
}

async fn refresh(db: &Db, secrets: &Ring, ring: &KeyRing) -> Result<Vec<KeyRow>, KeysError> {
    // The rows are as old as the moment before the query, not as its answer.
    let asked = Instant::now();
    let rows = load(db).await?;
    replace_if_changed(secrets, ring, &rows);
    ring.refreshed(asked);
    Ok(rows)
}

fn replace_if_changed(secrets: &Ring, ring: &KeyRing, rows: &[KeyRow]) {
    let keys = statuses(rows);
    let not_revoked = keys.iter().filter(|key| key.revoked_at.is_none()).map(|key| (key.kid.as_str(), key.state));
    let before = ring.keys();
    if !before.are(not_revoked) {
        tracing::info!("the signing keys have changed");
        ring.replace(decrypt_new(secrets, rows, &before, ring.files()));
    }
}

/// The status of every key, oldest first.
pub async fn list(db: &Db) -> Result<Vec<KeyStatus>, DbError> {
    Ok(statuses(&load(db).await?))
}

/// Publishes a new key for each algorithm that has none waiting to become active. Returns an event for each change.
pub async fn rotate(db: &Db, secrets: &Ring, policy: &Policy, now: Timestamp) -> Result<Vec<Event>, KeysError> {
    let rows = load(db).await?;
    decrypt_all(secrets, &rows, &[])?;
    change(db, secrets, &rows, policy, |keys, policy, _| timeline::rotation(keys, policy), now).await
}

/// Revokes the keys `kids`, or with `None` every key in the JWKS. Their successors are active at once.
pub async fn revoke(
    db: &Db,
    secrets: &Ring,
    policy: &Policy,
    kids: Option<Vec<String>>,
    now: Timestamp,
) -> Result<Vec<Event>, KeysError> {
    let rows = load(db).await?;
    // Fails with a wrong secrets.keys, which would seal the new keys so that no replica can decrypt them.
    decrypt_all(secrets, &rows, &[])?;
    let revocation = move |keys: &[KeyStatus], policy: &Policy, _| {
        let published = keys.iter().filter(|key| key.state.is_published()).map(|key| key.kid.clone());
        timeline::revocation(keys, policy, &kids.clone().unwrap_or_else(|| published.collect()))
    };
    change(db, secrets, &rows, policy, revocation, now).await
}

async fn change(
    db: &Db,
    secrets: &Ring,
    rows: &[KeyRow],
    policy: &Policy,
    decide: impl Fn(&[KeyStatus], &Policy, Timestamp) -> Vec<Change> + Send + 'static,
    now: Timestamp,
) -> Result<Vec<Event>, KeysError> {
    let running = running_clock(now);
    let changes = decide(&statuses(rows), policy, now);
    let generated = generated(algorithms(&changes)).await?;
    let (prepared, policy) = (Prepared::new(secrets, &generated, rows, &changes), policy.clone());
    let work = move |conn: &mut _| store::change(conn, |keys, now| decide(keys, &policy, now), &prepared, &running);
    Ok(db.run("change signing keys", work).await?)
}

/// The new keys. It computes for up to seconds, so neither on this thread nor with a connection of the database.
#[expect(clippy::disallowed_methods, reason = "rare: at a rotation, one at a time")]
async fn generated(algorithms: Vec<Algorithm>) -> Result<Vec<GeneratedKey>, KeysError> {
    Ok(tokio::task::spawn_blocking(move || generate(&algorithms)).await.map_err(|_| KeysError::NotGenerated)??)
}

async fn load(db: &Db) -> Result<Vec<KeyRow>, DbError> {
    db.run("load signing keys", store::load).await
}
