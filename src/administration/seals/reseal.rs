//! Sealing anew, in batches, while the gateway runs.

use std::sync::Arc;

use super::store::{self, PLACES, Place};
use crate::base::db::{Conn, Db, DbError, QueryResult};
use crate::base::seal::Ring;

/// Rows a batch, each its own transaction.
const BATCH: i64 = 200;

/// What became of one kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resealed {
    /// What it is.
    pub name: &'static str,
    /// How many are sealed under the first key now.
    pub resealed: usize,
    /// How many no key of the ring opens.
    pub unopened: usize,
}

/// Seals everything anew that another key than the ring's first one sealed. What changes meanwhile is sealed under the
/// first key by whoever changes it.
pub async fn reseal(db: &Db, ring: &Arc<Ring>) -> Result<Vec<Resealed>, DbError> {
    let mut all = Vec::new();
    for place in PLACES {
        let mut done = Resealed { name: place.name, resealed: 0, unopened: 0 };
        let mut after = None;
        loop {
            let ring = Arc::clone(ring);
            let from = after.take();
            let batch = move |conn: &mut Conn| reseal_batch(conn, place, &ring, from.as_deref());
            let Batch { last, resealed, unopened } = db.run("reseal", batch).await?;
            done.resealed += resealed;
            done.unopened += unopened;
            after = last;
            if after.is_none() {
                break;
            }
        }
        all.push(done);
    }
    Ok(all)
}

struct Batch {
    last: Option<String>,
    resealed: usize,
    unopened: usize,
}

fn reseal_batch(conn: &mut Conn, place: Place, ring: &Ring, after: Option<&str>) -> QueryResult<Batch> {
    let found = store::older(conn, place, &ring.first_id(), after, BATCH)?;
    let mut batch = Batch { last: found.last().map(|last| last.key.clone()), resealed: 0, unopened: 0 };
    for old in found {
        match ring.open(&old.about, &old.value) {
            Ok(plain) => {
                batch.resealed += usize::from(store::replace(conn, place, &old, &ring.seal(&old.about, &plain))?);
            }
            Err(_) => batch.unopened += 1,
        }
    }
    Ok(batch)
}
