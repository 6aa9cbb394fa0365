//! Resealing in batches, while the gateway runs.

use std::sync::Arc;

use super::store::{self, SEALED_COLUMNS, SealedColumn};
use crate::base::db::{Conn, Db, DbError, QueryResult};
use crate::base::seal::Ring;

/// The number of rows in a batch. Each row is updated by a statement of its own.
const BATCH: i64 = 200;

/// The result for one sealed column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnResult {
    /// The name of the column for people, such as `signing keys`.
    pub name: &'static str,
    /// The number of values that were sealed again under the first key.
    pub resealed: usize,
    /// The number of values that no key of the ring opens.
    pub unopened: usize,
}

/// Seals again every value that was sealed under another key than the first of the ring. A value that changes meanwhile is
/// sealed under the first key by the statement that changes it.
pub async fn reseal(db: &Db, ring: &Arc<Ring>) -> Result<Vec<ColumnResult>, DbError> {
    let mut all = Vec::new();
    for column in SEALED_COLUMNS {
        let mut done = ColumnResult { name: column.name, resealed: 0, unopened: 0 };
        let mut after = None;
        loop {
            let ring = Arc::clone(ring);
            let from = after.take();
            let batch = move |conn: &mut Conn| reseal_batch(conn, column, &ring, from.as_deref());
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

fn reseal_batch(conn: &mut Conn, column: SealedColumn, ring: &Ring, after: Option<&str>) -> QueryResult<Batch> {
    let found = store::sealed_under_other_keys(conn, column, &ring.first_id(), after, BATCH)?;
    let mut batch = Batch { last: found.last().map(|last| last.key.clone()), resealed: 0, unopened: 0 };
    for old in found {
        match ring.open(&old.about, &old.value) {
            Ok(plain) => {
                batch.resealed += usize::from(store::replace(conn, column, &old, &ring.seal(&old.about, &plain))?);
            }
            Err(_) => batch.unopened += 1,
        }
    }
    Ok(batch)
}
