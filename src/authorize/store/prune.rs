//! Requests and codes that nobody needs any more.

use diesel::sql_types::{BigInt, Timestamptz};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Instant;
use crate::base::db::Conn;
use crate::base::statement::statement;

statement! {
    struct PruneRequests { before: Instant => Timestamptz, most: i64 => BigInt }
    "WITH due AS MATERIALIZED (
         SELECT ctid AS place FROM authorization_requests
         WHERE expires_at < {before} ORDER BY expires_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM authorization_requests USING due WHERE authorization_requests.ctid = due.place"
}

statement! {
    struct PruneCodes { before: Instant => Timestamptz, most: i64 => BigInt }
    "WITH due AS MATERIALIZED (
         SELECT ctid AS place FROM authorization_codes
         WHERE expires_at < {before} ORDER BY expires_at LIMIT {most} FOR UPDATE SKIP LOCKED
     )
     DELETE FROM authorization_codes USING due WHERE authorization_codes.ctid = due.place"
}

/// Deletes what expired before `before`, `most` rows of each at the most. The answer is how many.
pub fn prune(conn: &mut Conn, before: Instant, most: i64) -> QueryResult<usize> {
    Ok(PruneRequests { before, most }.execute(conn)? + PruneCodes { before, most }.execute(conn)?)
}
