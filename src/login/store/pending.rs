//! Counts the pending logins, and those that could not begin.

use diesel::sql_types::{BigInt, Timestamptz};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::statement::statement;

statement! {
    struct CountPending { now: Timestamp => Timestamptz, since: Timestamp => Timestamptz, most: i64 => BigInt }
    "SELECT (
         SELECT count(*) FROM (
             SELECT FROM authorization_sessions WHERE completed_at IS NULL AND expires_at > {now} LIMIT {most}
         ) open
     ) + (
         SELECT count(*) FROM (SELECT FROM logins_not_begun WHERE created_at > {since} LIMIT {most}) not_begun
     ) AS pending"
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    pending: i64,
}

/// The number of logins that wait for their authorization response, and of those after `since` that could not begin; at most
/// `most` of each.
pub fn count_pending(conn: &mut Conn, now: Timestamp, since: Timestamp, most: i64) -> QueryResult<i64> {
    Ok(CountPending { now, since, most }.get_result::<Count>(conn)?.pending)
}
