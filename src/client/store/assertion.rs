//! `client_assertions`: the assertions that were used, so that each is accepted once.

use diesel::sql_types::{Binary, Text, Timestamptz};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::statement::statement;

statement! {
    struct InsertAssertion<'a> { client_id: &'a str => Text, jti: &'a [u8] => Binary, expires_at: Timestamp => Timestamptz }
    "INSERT INTO client_assertions (client_id, jti_hash, expires_at) VALUES ({client_id}, {jti}, {expires_at})
     ON CONFLICT DO NOTHING"
}

/// Records that an assertion is used; `false` if it was used before, on any replica.
pub fn use_assertion(conn: &mut Conn, client_id: &str, jti: &[u8], expires_at: Timestamp) -> QueryResult<bool> {
    Ok(InsertAssertion { client_id, jti, expires_at }.execute(conn)? == 1)
}
