//! Counts the pending logins.

use diesel::sql_types::{BigInt, Timestamptz};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::statement::statement;

statement! {
    struct CountPending { now: Timestamp => Timestamptz, most: i64 => BigInt }
    // `completed_at IS NULL` is the predicate of the index `authorization_sessions_open`.
    "SELECT count(*) AS pending FROM (
         SELECT FROM authorization_sessions WHERE completed_at IS NULL AND expires_at > {now} LIMIT {most}
     ) open"
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    pending: i64,
}

/// The number of logins that wait for their authorization response, at most `most`.
pub fn count_pending(conn: &mut Conn, now: Timestamp, most: i64) -> QueryResult<i64> {
    Ok(CountPending { now, most }.get_result::<Count>(conn)?.pending)
}
