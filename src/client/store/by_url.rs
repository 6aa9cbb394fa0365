//! `clients_by_url`: the clients by URL that persons have agreed to.

use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::schema::clients_by_url;
use crate::base::statement::statement;

statement! {
    struct NoteAgreement<'a> { client_id: &'a str => Text, name: Option<&'a str> => Nullable<Text>, now: Timestamp => Timestamptz }
    "INSERT INTO clients_by_url AS known (client_id, client_name, first_agreed_at, last_agreed_at)
     VALUES ({client_id}, {name}, {now}, {now})
     ON CONFLICT (client_id) DO UPDATE
     SET client_name = EXCLUDED.client_name, last_agreed_at = greatest(known.last_agreed_at, EXCLUDED.last_agreed_at)"
}

/// Notes that a person has agreed to a client by URL, which states this name.
pub fn note_agreement(conn: &mut Conn, client_id: &str, name: Option<&str>, now: Timestamp) -> QueryResult<()> {
    NoteAgreement { client_id, name, now }.execute(conn).map(|_| ())
}

/// A client by URL that persons have agreed to.
#[derive(QueryableByName, Serialize)]
#[diesel(table_name = clients_by_url)]
pub struct AgreedClient {
    /// The URL of its document.
    pub client_id: String,
    /// The name that it stated last.
    pub client_name: Option<String>,
    /// When a person agreed for the first time.
    pub first_agreed_at: Timestamp,
    /// When a person agreed for the last time.
    pub last_agreed_at: Timestamp,
}

statement! {
    struct ListAgreed { most: i64 => BigInt }
    "SELECT client_id, client_name, first_agreed_at, last_agreed_at FROM clients_by_url
     ORDER BY last_agreed_at DESC, client_id LIMIT {most}"
}

/// Up to `most` of them, that of the last agreement first.
pub fn agreed(conn: &mut Conn, most: i64) -> QueryResult<Vec<AgreedClient>> {
    ListAgreed { most }.load(conn)
}
