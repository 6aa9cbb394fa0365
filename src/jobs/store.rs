//! The jobs' own statements: the lock of the cleanup, and deleting old rows.

use diesel::sql_types::{BigInt, Bool, Timestamptz};
use diesel::{QueryResult, QueryableByName, RunQueryDsl, sql_query};

use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError, allow_every_plan, in_transaction};
#[cfg(feature = "dev")]
use crate::base::hot::{HotStatement, hot};
use crate::base::statement::statement;

/// The key of the advisory lock: the bytes of `cleanup`.
const CLEANUP_LOCK: i64 = 0x0063_6c65_616e_7570;

statement! {
    struct TryLock { key: i64 => BigInt }
    "SELECT pg_try_advisory_xact_lock({key}) AS acquired"
}

/// Runs a part of the cleanup in a transaction; `None` if another replica runs one at this moment. The lock belongs to the
/// transaction, so that it needs no connection of its own and works behind a connection pooler. So do the planner
/// settings, with which a batch may read in the cheapest way.
pub async fn exclusively<T: Send + 'static>(
    db: &Db,
    name: &'static str,
    work: impl Fn(&mut Conn) -> QueryResult<T> + Send + 'static,
) -> Result<Option<T>, DbError> {
    let locked = move |conn: &mut Conn| {
        if !try_lock(conn)? {
            return Ok(None);
        }
        allow_every_plan(conn)?;
        work(conn).map(Some)
    };
    db.run(name, move |conn| in_transaction(conn, &locked)).await
}

fn try_lock(conn: &mut Conn) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct TryLockRow {
        #[diesel(sql_type = Bool)]
        acquired: bool,
    }
    Ok(TryLock { key: CLEANUP_LOCK }.get_result::<TryLockRow>(conn)?.acquired)
}

/// The rows of a table whose column is older than a time.
pub struct Older {
    pub table: &'static str,
    pub column: &'static str,
    /// A further condition, or empty.
    pub only: &'static str,
}

/// Deletes the oldest rows whose column is before `before`, at most `most`, and returns their number. Locked rows are
/// skipped; the next run deletes them.
pub fn remove_older(conn: &mut Conn, rows: &Older, before: Timestamp, most: i64) -> QueryResult<usize> {
    let Older { table, column, only } = rows;
    let only = if only.is_empty() { String::new() } else { format!("{only} AND ") };
    let text = format!(
        "/* vestibule::jobs::store::remove_older */ WITH due AS MATERIALIZED (
             SELECT ctid AS place FROM {table} WHERE {only}{column} < $1
             ORDER BY {column} LIMIT $2 FOR UPDATE SKIP LOCKED
         ) DELETE FROM {table} USING due WHERE {table}.ctid = due.place"
    );
    sql_query(text).bind::<Timestamptz, _>(before).bind::<BigInt, _>(most).execute(conn)
}

/// The statements of this store, which no request waits for.
#[cfg(feature = "dev")]
pub fn rare_statements() -> Vec<HotStatement> {
    hot![TryLock: [],]
}
