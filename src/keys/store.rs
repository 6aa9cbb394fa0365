//! `signing_keys`.

use diesel::sql_types::{Binary, Jsonb, Text, Timestamptz};
use diesel::{Connection, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Instant;
use crate::base::db::Conn;
use crate::base::statement::statement;

/// A stored key. The private part is sealed for [`sealed_for`].
#[derive(QueryableByName)]
pub struct Row {
    #[diesel(sql_type = Text)]
    pub kid: String,
    #[diesel(sql_type = Text)]
    pub algorithm: String,
    #[diesel(sql_type = Binary)]
    pub private_key: Vec<u8>,
    #[diesel(sql_type = Text)]
    pub state: String,
}

/// What a private key's seal is bound to.
pub fn sealed_for(kid: &str) -> String {
    format!("signing_keys:{kid}:private_key")
}

/// A key to be stored.
pub struct New {
    pub kid: String,
    pub algorithm: &'static str,
    pub public_jwk: serde_json::Value,
    pub private_key: Vec<u8>,
}

/// Stores the keys whose algorithm has none that signs yet, and says which those were. One replica at a time decides.
pub fn add_missing(conn: &mut Conn, keys: Vec<New>, now: Instant) -> QueryResult<Vec<New>> {
    conn.transaction(|conn| {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('vestibule signing_keys'))").execute(conn)?;
        let there = load(conn)?;
        let mut added = Vec::new();
        for new in keys.into_iter().filter(|new| !signs(&there, new.algorithm)) {
            let New { kid, algorithm, public_jwk, private_key } = &new;
            InsertActive { kid, algorithm, public_jwk, private_key, now }.execute(conn)?;
            added.push(new);
        }
        Ok(added)
    })
}

/// Whether one of the keys signs with that algorithm.
pub fn signs(rows: &[Row], algorithm: &str) -> bool {
    rows.iter().any(|row| row.state == "active" && row.algorithm == algorithm)
}

/// Every key that is still published or signs, oldest first.
pub fn load(conn: &mut Conn) -> QueryResult<Vec<Row>> {
    let sql = "SELECT kid, algorithm, private_key, state FROM signing_keys \
               WHERE state IN ('published', 'active', 'retiring') ORDER BY created_at, kid";
    diesel::sql_query(sql).load(conn)
}

statement! {
    /// A new key that signs at once: the first of its algorithm, so that nobody can hold an older JWKS.
    struct InsertActive<'a> {
        kid: &'a str => Text,
        algorithm: &'a str => Text,
        public_jwk: &'a serde_json::Value => Jsonb,
        private_key: &'a [u8] => Binary,
        now: Instant => Timestamptz,
    }
    "INSERT INTO signing_keys (kid, algorithm, public_jwk, private_key, state, created_at, published_at, active_at)
     VALUES ({kid}, {algorithm}, {public_jwk}, {private_key}, 'active', {now}, {now}, {now})"
}
