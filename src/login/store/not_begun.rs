//! The table `logins_not_begun`: logins that could not begin.

use diesel::sql_types::{Text, Timestamptz};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::Reference;
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
        flow: &'a str => Text,
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
    let (reference, flow, now) = (reference.as_str(), flow.as_str(), *now);
    InsertNotBegun { reference, provider, flow, code, reason, now }.execute(conn).map(|_| ())
}

statement! {
    struct FindNotBegun<'a> { reference: &'a str => Text }
    "SELECT reference, provider, flow, failure, reason, created_at FROM logins_not_begun WHERE reference = {reference}"
}

/// A stored login that could not begin.
#[derive(QueryableByName)]
pub struct NotBegunRow {
    #[diesel(sql_type = Text)]
    pub reference: String,
    #[diesel(sql_type = Text)]
    pub provider: String,
    #[diesel(sql_type = Text)]
    pub flow: String,
    #[diesel(sql_type = Text)]
    pub failure: String,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
}

/// The row with that reference.
pub fn not_begun(conn: &mut Conn, reference: &str) -> QueryResult<Option<NotBegunRow>> {
    FindNotBegun { reference }.get_result(conn).optional()
}
