//! Replacing keys: what is due, what an operator asks for, and taking in what others decided.

use std::time::Instant;

use super::establish::KeysError;
use super::key_ring::KeyRing;
use super::opened::{open_all, open_new};
use super::policy::{Policy, running};
use super::store::{self, Row};
use super::supplies::{Supplies, algorithms, make, standings};
use super::timeline::{self, Change, Standing};
use crate::base::clock::Timestamp;
use crate::base::db::{Db, DbError};
use crate::base::event::Event;
use crate::base::seal::Ring;

/// Takes in how the keys stand, and does what is due. One statement where nothing has changed.
pub async fn follow(db: &Db, secrets: &Ring, ring: &KeyRing, now: Timestamp) -> Result<Vec<Event>, KeysError> {
    let rows = look(db, secrets, ring).await?;
    if ring.rests() || timeline::due(&standings(&rows), ring.policy(), now).is_empty() {
        return Ok(Vec::new());
    }
    let events = match decide(db, secrets, &rows, ring.policy(), timeline::due, now).await {
        Ok(events) => events,
        Err(error) => {
            // It stays due, and the keys go on as they are: a database that may only be read stops nothing.
            tracing::warn!(%error, "the signing keys cannot be changed");
            ring.rest();
            return Ok(Vec::new());
        }
    };
    look(db, secrets, ring).await?;
    Ok(events)
}

async fn look(db: &Db, secrets: &Ring, ring: &KeyRing) -> Result<Vec<Row>, KeysError> {
    // What is seen is as old as the question, not as the answer.
    let asked = Instant::now();
    let rows = load(db).await?;
    take_in(secrets, ring, &rows);
    ring.looked(asked);
    Ok(rows)
}

fn take_in(secrets: &Ring, ring: &KeyRing, rows: &[Row]) {
    let keys = standings(rows);
    let of_use = keys.iter().filter(|key| key.revoked_at.is_none()).map(|key| (key.kid.as_str(), key.state));
    let before = ring.keys();
    if !before.are(of_use) {
        tracing::info!("the signing keys have changed");
        ring.replace(open_new(secrets, rows, &before, ring.files()));
    }
}

/// How all keys stand, oldest first.
pub async fn list(db: &Db) -> Result<Vec<Standing>, DbError> {
    Ok(standings(&load(db).await?))
}

/// Publishes a new key for each algorithm where none waits already. The answer is what happened.
pub async fn rotate(db: &Db, secrets: &Ring, policy: &Policy, now: Timestamp) -> Result<Vec<Event>, KeysError> {
    let rows = load(db).await?;
    open_all(secrets, &rows, &[])?;
    decide(db, secrets, &rows, policy, |keys, policy, _| timeline::rotation(keys, policy), now).await
}

/// Takes keys out of use at once: those named, or every one that stands in the JWKS. What takes their place signs at
/// once too.
pub async fn revoke(
    db: &Db,
    secrets: &Ring,
    policy: &Policy,
    kids: Option<Vec<String>>,
    now: Timestamp,
) -> Result<Vec<Event>, KeysError> {
    let rows = load(db).await?;
    // A ring that does not open these would seal new ones that no replica can open.
    open_all(secrets, &rows, &[])?;
    let revocation = move |keys: &[Standing], policy: &Policy, _| {
        let published = keys.iter().filter(|key| key.state.is_published()).map(|key| key.kid.clone());
        timeline::revocation(keys, policy, &kids.clone().unwrap_or_else(|| published.collect()))
    };
    decide(db, secrets, &rows, policy, revocation, now).await
}

async fn decide(
    db: &Db,
    secrets: &Ring,
    rows: &[Row],
    policy: &Policy,
    choose: impl Fn(&[Standing], &Policy, Timestamp) -> Vec<Change> + Send + 'static,
    now: Timestamp,
) -> Result<Vec<Event>, KeysError> {
    let running = running(now);
    let changes = choose(&standings(rows), policy, now);
    let wanted = algorithms(&changes);
    // On a thread that may be busy for a while.
    let made = db.run("make signing keys", move |_| Ok(make(&wanted))).await??;
    let (supplies, policy) = (Supplies::new(secrets, &made, rows, &changes), policy.clone());
    let work = move |conn: &mut _| store::decide(conn, |keys, now| choose(keys, &policy, now), &supplies, &running);
    Ok(db.run("change signing keys", work).await?)
}

async fn load(db: &Db) -> Result<Vec<Row>, DbError> {
    db.run("load signing keys", store::load).await
}
