//! Deletes expired requests and codes.

use diesel::sql_types::{BigInt, Timestamptz};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::statement::{pruning, statement};

statement! {
    struct PruneRequests { before: Timestamp => Timestamptz, most: i64 => BigInt }
    pruning!("authorization_requests", "expires_at")
}

statement! {
    struct PruneCodes { before: Timestamp => Timestamptz, most: i64 => BigInt }
    pruning!("authorization_codes", "expires_at")
}

/// Deletes up to `most` requests and codes each that expired before `before`, and returns their number.
pub fn prune(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    Ok(PruneRequests { before, most }.execute(conn)? + PruneCodes { before, most }.execute(conn)?)
}
