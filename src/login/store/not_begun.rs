//! The table `logins_not_begun`: logins that could not begin.

use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::Reference;
use crate::base::schema::logins_not_begun;
use crate::base::statement::statement;
use crate::login::input::Flow;

/// A login that could not begin.
pub struct NotBegun {
    pub reference: Reference,
    pub provider: String,
    pub flow: Flow,
    pub code: &'static str,
    pub reason: String,
    pub now: Timestamp,
}

statement! {
    struct InsertNotBegun<'a> {
        reference: &'a str => Text,
        provider: &'a str => Text,
        flow: Flow => Text,
        code: &'a str => Text,
        reason: &'a str => Text,
        now: Timestamp => Timestamptz,
    }
    // Asynchronous commit, as for a login that begins.
    "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
     INSERT INTO logins_not_begun (reference, provider, flow, failure, reason, created_at)
     SELECT {reference}, {provider}, {flow}, {code}, {reason}, {now} FROM hasty"
}

/// Inserts the row that the reference on the page is looked up in.
pub fn insert_not_begun(conn: &mut Conn, row: &NotBegun) -> QueryResult<()> {
    let NotBegun { reference, provider, flow, code, reason, now } = row;
    let (reference, flow, now) = (reference.as_str(), *flow, *now);
    InsertNotBegun { reference, provider, flow, code, reason, now }.execute(conn).map(|_| ())
}

/// A stored login that could not begin.
#[derive(Queryable, Selectable)]
#[diesel(table_name = logins_not_begun)]
pub struct NotBegunRow {
    pub reference: String,
    pub provider: String,
    pub flow: Flow,
    pub failure: String,
    pub reason: String,
    pub created_at: Timestamp,
}

/// The row with that reference.
pub fn not_begun(conn: &mut Conn, reference: &str) -> QueryResult<Option<NotBegunRow>> {
    logins_not_begun::table.find(reference).select(NotBegunRow::as_select()).first(conn).optional()
}
