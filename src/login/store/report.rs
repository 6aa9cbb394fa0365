//! Reads the record of a login.

use diesel::sql_types::{Inet, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use ipnet::IpNet;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;

/// The columns of the row that are no secret.
#[derive(QueryableByName)]
pub struct ReportRow {
    #[diesel(sql_type = Text)]
    pub reference: String,
    #[diesel(sql_type = Text)]
    pub provider: String,
    #[diesel(sql_type = Text)]
    pub flow: String,
    #[diesel(sql_type = Text)]
    pub status: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub failure: Option<String>,
    #[diesel(sql_type = Jsonb)]
    pub steps: serde_json::Value,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub session_id: Option<SessionId>,
    #[diesel(sql_type = Nullable<Inet>)]
    pub ip: Option<IpNet>,
    #[diesel(sql_type = Nullable<Text>)]
    pub user_agent: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: Timestamp,
}

statement! {
    struct Find<'a> { reference: &'a str => Text }
    "SELECT reference, provider, flow, status, failure, steps, session_id, ip, user_agent, created_at, expires_at
     FROM authorization_sessions WHERE reference = {reference} ORDER BY created_at DESC LIMIT 1"
}

/// The login with that reference.
pub fn report(conn: &mut Conn, reference: &str) -> QueryResult<Option<ReportRow>> {
    Find { reference }.get_result(conn).optional()
}
