//! Assertions that were used, so that none is taken twice.

use diesel::sql_types::{BigInt, Binary, Text, Timestamptz};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::statement::{pruning, statement};

statement! {
    struct Use<'a> { client_id: &'a str => Text, jti: &'a [u8] => Binary, expires_at: Timestamp => Timestamptz }
    "INSERT INTO client_assertions (client_id, jti_hash, expires_at) VALUES ({client_id}, {jti}, {expires_at})
     ON CONFLICT DO NOTHING"
}

/// Writes down that an assertion was used; `false` where it was used before, on whatever replica.
pub fn use_assertion(conn: &mut Conn, client_id: &str, jti: &[u8], expires_at: Timestamp) -> QueryResult<bool> {
    Ok(Use { client_id, jti, expires_at }.execute(conn)? == 1)
}

statement! {
    struct Prune { before: Timestamp => Timestamptz, most: i64 => BigInt }
    pruning!("client_assertions", "expires_at")
}

/// Deletes what expired before `before`, `most` rows at the most. The answer is how many.
pub fn prune_assertions(conn: &mut Conn, before: Timestamp, most: i64) -> QueryResult<usize> {
    Prune { before, most }.execute(conn)
}
