//! Finds the sessions of an app.

use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::{Conn, with_every_plan};
use crate::base::id::SessionId;
use crate::base::statement::statement;

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = Uuid)]
    id: SessionId,
}

statement! {
    struct OfClient<'a> {
        client_id: &'a str => Text,
        after: SessionId => Uuid,
        now: Timestamp => Timestamptz,
        most: i64 => BigInt,
    }
    // No index has the client: an operator asks for this rarely, and an index would cost a write at each login of an app.
    "SELECT id FROM sessions
     WHERE client_id = {client_id} AND parent_id IS NOT NULL AND ended_at IS NULL AND not_after > {now} AND id > {after}
     ORDER BY id LIMIT {most}"
}

/// Up to `most` sessions of an app that have not ended, behind `after` in the order of their ids.
pub fn of_client(
    conn: &mut Conn,
    client_id: &str,
    after: SessionId,
    now: Timestamp,
    most: i64,
) -> QueryResult<Vec<SessionId>> {
    let query = OfClient { client_id, after, now, most };
    let found: Vec<IdRow> = with_every_plan(conn, |conn| query.load(conn))?;
    Ok(found.into_iter().map(|row| row.id).collect())
}
