//! The jobs' own statements: the lock of the cleanup, and pruning the audit.

use diesel::sql_types::{BigInt, Bool, Timestamptz};
use diesel::{Connection, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError};
use crate::base::statement::{pruning, statement};

/// The key of the advisory lock: the bytes of `cleanup`.
const CLEANUP_LOCK: i64 = 0x0063_6c65_616e_7570;

statement! {
    struct TryLock { key: i64 => BigInt }
    "SELECT pg_try_advisory_xact_lock({key}) AS acquired, set_config('enable_seqscan', 'on', true),
             set_config('enable_bitmapscan', 'on', true), set_config('enable_hashjoin', 'on', true),
             set_config('enable_mergejoin', 'on', true), set_config('jit', 'on', true)"
}

/// Runs a part of the cleanup in a transaction; `None` if another replica runs one at this moment. The lock belongs to the
/// transaction, so that it needs no connection of its own and works behind a connection pooler. So do the planner
/// settings, with which a batch may read in the cheapest way.
pub async fn exclusively<T: Send + 'static>(
    db: &Db,
    name: &'static str,
    work: impl Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
) -> Result<Option<T>, DbError> {
    let locked = move |conn: &mut Conn| if try_lock(conn)? { work(conn).map(Some) } else { Ok(None) };
    db.run(name, move |conn| conn.transaction(&locked)).await
}

fn try_lock(conn: &mut Conn) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct TryLockRow {
        #[diesel(sql_type = Bool)]
        acquired: bool,
    }
    Ok(TryLock { key: CLEANUP_LOCK }.get_result::<TryLockRow>(conn)?.acquired)
}

statement! {
    struct PruneAudit { before: Timestamp => Timestamptz, most: i64 => BigInt }
    pruning!("audit_events", "at")
}

statement! {
    struct PruneFailures { before: Timestamp => Timestamptz, most: i64 => BigInt }
    // The condition of the index `audit_events_login_failed`.
    pruning!("audit_events", "kind = 'login_failed' AND user_id IS NULL AND at", "at")
}

/// Deletes at most `most` audit rows of failed logins older than `before`. Returns the number of deleted rows.
pub fn prune_failures(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneFailures { before, most }.execute(conn)
}

/// Deletes at most `most` audit rows older than `before`. Returns the number of deleted rows.
pub fn prune_audit(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    PruneAudit { before, most }.execute(conn)
}
