//! What the jobs say in SQL themselves.

use diesel::sql_types::{BigInt, Bool, Timestamptz};
use diesel::{Connection, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError};
use crate::base::statement::{pruning, statement};

/// One number for all replicas: the letters `cleanup`.
const CLEANUP: i64 = 0x0063_6c65_616e_7570;

statement! {
    struct TryLock { key: i64 => BigInt }
    "SELECT pg_try_advisory_xact_lock({key}) AS alone"
}

/// Does a piece of the cleanup, in a transaction, unless another replica does one at this moment: then `None`. The lock
/// goes with the transaction, so that it needs no connection of its own and passes through a pooler.
pub async fn alone<T: Send + 'static>(
    db: &Db,
    name: &'static str,
    work: impl Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
) -> Result<Option<T>, DbError> {
    let locked = move |conn: &mut Conn| if try_lock(conn)? { work(conn).map(Some) } else { Ok(None) };
    db.run(name, move |conn| conn.transaction(&locked)).await
}

fn try_lock(conn: &mut Conn) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        alone: bool,
    }
    Ok(TryLock { key: CLEANUP }.get_result::<Answer>(conn)?.alone)
}

statement! {
    struct PruneAudit { before: Timestamp => Timestamptz, most: i64 => BigInt }
    pruning!("audit_events", "at")
}

/// Deletes audit rows of before `before`, `most` at the most. The answer is how many.
pub fn prune_audit(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneAudit { before, most }.execute(conn)
}
