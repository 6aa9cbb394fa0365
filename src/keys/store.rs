//! `signing_keys`.

use diesel::sql_types::{Binary, Jsonb, Nullable, Text, Timestamptz};
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
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub published_at: Option<Instant>,
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

/// Stores the keys whose algorithm has none yet, and says which those were. One replica at a time decides.
pub fn add_missing(conn: &mut Conn, keys: Vec<New>, now: Instant) -> QueryResult<Vec<New>> {
    conn.transaction(|conn| {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('vestibule signing_keys'))").execute(conn)?;
        let there = load(conn)?;
        // Where nobody can hold a JWKS yet, a key signs at once. Later ones stand in it first (JW-07).
        let (state, active_at) = if there.is_empty() { ("active", Some(now)) } else { ("published", None) };
        let mut added = Vec::new();
        for new in keys.into_iter().filter(|new| !covers(&there, new.algorithm)) {
            let New { kid, algorithm, public_jwk, private_key } = &new;
            Insert { kid, algorithm, public_jwk, private_key, state, active_at, now }.execute(conn)?;
            added.push(new);
        }
        Ok(added)
    })
}

/// Whether one of the keys signs with that algorithm, or will.
pub fn covers(rows: &[Row], algorithm: &str) -> bool {
    rows.iter().any(|row| matches!(row.state.as_str(), "active" | "published") && row.algorithm == algorithm)
}

/// Whether a key has been published since `before`, and waits to sign.
pub fn is_due(rows: &[Row], before: Instant) -> bool {
    rows.iter().any(|row| row.state == "published" && row.published_at.is_some_and(|at| at <= before))
}

statement! {
    struct Activate { before: Instant => Timestamptz, now: Instant => Timestamptz }
    "UPDATE signing_keys k SET state = 'active', active_at = {now}
     WHERE state = 'published' AND published_at <= {before}
       AND NOT EXISTS (SELECT FROM signing_keys a WHERE a.algorithm = k.algorithm AND a.state = 'active')"
}

/// Lets the keys sign that have been published since `before`. Replicas that do so at once agree: it is one UPDATE.
pub fn activate(conn: &mut Conn, before: Instant, now: Instant) -> QueryResult<()> {
    Activate { before, now }.execute(conn).map(|_| ())
}

/// Every key that is still published or signs, oldest first.
pub fn load(conn: &mut Conn) -> QueryResult<Vec<Row>> {
    let sql = "SELECT kid, algorithm, private_key, state, published_at FROM signing_keys \
               WHERE state IN ('published', 'active', 'retiring') ORDER BY created_at, kid";
    diesel::sql_query(sql).load(conn)
}

statement! {
    struct Insert<'a> {
        kid: &'a str => Text,
        algorithm: &'a str => Text,
        public_jwk: &'a serde_json::Value => Jsonb,
        private_key: &'a [u8] => Binary,
        state: &'a str => Text,
        active_at: Option<Instant> => Nullable<Timestamptz>,
        now: Instant => Timestamptz,
    }
    "INSERT INTO signing_keys (kid, algorithm, public_jwk, private_key, state, created_at, published_at, active_at)
     VALUES ({kid}, {algorithm}, {public_jwk}, {private_key}, {state}, {now}, {now}, {active_at})"
}
