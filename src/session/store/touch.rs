//! Stores the last uses of sessions. No indexed column changes, so that the updates stay in their pages (HOT).

use diesel::sql_types::{Array, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::{Batch, Conn, Db, DbError};
use crate::base::id::SessionId;
use crate::base::statement::statement;

statement! {
    struct Touch { id: SessionId => Uuid, stale_before: Timestamp => Timestamptz, now: Timestamp => Timestamptz }
    // The condition is checked on the current row: another replica may have stored the same minute since the read.
    "UPDATE sessions SET last_activity_at = {now}
     WHERE id = {id} AND last_activity_at < {stale_before} AND ended_at IS NULL"
}

statement! {
    // The rows are locked in the order of their ids, so that two batches cannot deadlock. A row that another transaction has locked
    // is left out, so that it delays no other.
    struct TouchAll<'a> {
        ids: &'a [SessionId] => Array<Uuid>,
        stale_before: &'a [Timestamp] => Array<Timestamptz>,
        times: &'a [Timestamp] => Array<Timestamptz>,
    }
    "WITH asked AS MATERIALIZED (
         SELECT a.*
         FROM unnest({ids}, {stale_before}, {times}) AS a (id, stale_before, now)
              JOIN sessions held ON held.id = ANY (ARRAY[a.id])
         ORDER BY a.id FOR NO KEY UPDATE OF held SKIP LOCKED
     ), touched AS (
         UPDATE sessions s SET last_activity_at = asked.now
         FROM asked
         WHERE s.id = ANY (ARRAY[asked.id]) AND s.last_activity_at < asked.stale_before AND s.ended_at IS NULL
     )
     SELECT id FROM asked"
}

/// A use of a session. It is stored if the stored one is older than `stale_before`
/// ([`Lifetime::stale_before`](crate::session::Lifetime::stale_before)).
#[derive(Clone, Copy)]
pub struct Use {
    /// The session.
    pub id: SessionId,
    /// The time before which the stored use must be.
    pub stale_before: Timestamp,
    /// The time of the use.
    pub now: Timestamp,
}

#[derive(QueryableByName)]
struct Asked {
    #[diesel(sql_type = Uuid)]
    id: SessionId,
}

/// Uses that are stored by one statement.
struct Uses;

impl Batch for Uses {
    const NAME: &'static str = "touch sessions";
    type Ask = Use;
    type Answer = ();

    fn row(used: &Use) -> uuid::Uuid {
        used.id.0
    }

    fn run(conn: &mut Conn, uses: &[Use]) -> QueryResult<Vec<(uuid::Uuid, ())>> {
        let query = TouchAll {
            ids: &uses.iter().map(|used| used.id).collect::<Vec<_>>(),
            stale_before: &uses.iter().map(|used| used.stale_before).collect::<Vec<_>>(),
            times: &uses.iter().map(|used| used.now).collect::<Vec<_>>(),
        };
        Ok(query.load::<Asked>(conn)?.into_iter().map(|asked| (asked.id.0, ())).collect())
    }
}

/// Stores a use of a session by a statement that concurrent uses share.
pub async fn touch(db: &Db, used: Use) -> Result<(), DbError> {
    match db.run_batched::<Uses>(used).await? {
        Some(()) => Ok(()),
        None => db.run("touch session", move |conn| touch_one(conn, used)).await,
    }
}

fn touch_one(conn: &mut Conn, Use { id, stale_before, now }: Use) -> QueryResult<()> {
    Touch { id, stale_before, now }.execute(conn).map(|_| ())
}
