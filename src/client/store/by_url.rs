//! `clients_by_url`: the clients by URL that persons have agreed to.

use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::schema::clients_by_url;
use crate::base::statement::statement;

statement! {
    struct NoteAgreement<'a> {
        client_id: &'a str => Text, name: Option<&'a str> => Nullable<Text>, authenticates: bool => Bool,
        now: Timestamp => Timestamptz,
    }
    "INSERT INTO clients_by_url AS known (client_id, client_name, authenticates, first_agreed_at, last_agreed_at)
     VALUES ({client_id}, {name}, {authenticates}, {now}, {now})
     ON CONFLICT (client_id) DO UPDATE
     SET client_name = EXCLUDED.client_name, authenticates = EXCLUDED.authenticates,
         last_agreed_at = greatest(known.last_agreed_at, EXCLUDED.last_agreed_at)"
}

/// What a person has agreed to.
pub struct Agreement<'a> {
    /// The URL of the client.
    pub client_id: &'a str,
    /// The name that it states.
    pub name: Option<&'a str>,
    /// Whether it authenticates by the keys of its document.
    pub authenticates: bool,
}

/// Notes that a person has agreed to a client by URL.
pub fn note_agreement(conn: &mut Conn, agreement: &Agreement<'_>, now: Timestamp) -> QueryResult<()> {
    let Agreement { client_id, name, authenticates } = *agreement;
    NoteAgreement { client_id, name, authenticates, now }.execute(conn).map(|_| ())
}

statement! {
    struct FindAuthenticates<'a> { client_id: &'a str => Text }
    "SELECT authenticates FROM clients_by_url WHERE client_id = {client_id}"
}

#[derive(QueryableByName)]
#[diesel(table_name = clients_by_url)]
struct Authenticates {
    authenticates: bool,
}

/// Whether a client by URL authenticates by its keys, as the document said to which a person has agreed last; `false` where no
/// person has.
pub fn authenticates(conn: &mut Conn, client_id: &str) -> QueryResult<bool> {
    let found: Option<Authenticates> = FindAuthenticates { client_id }.get_result(conn).optional()?;
    Ok(found.is_some_and(|found| found.authenticates))
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
