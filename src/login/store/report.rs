//! Reads the record of a login.

use diesel::sql_types::Text;
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use ipnet::IpNet;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::schema::authorization_sessions;
use crate::base::statement::statement;

/// The columns of the row that are not secret.
#[derive(QueryableByName)]
#[diesel(table_name = authorization_sessions)]
pub struct ReportRow {
    pub reference: String,
    pub provider: String,
    pub flow: String,
    pub status: String,
    pub failure: Option<String>,
    pub steps: serde_json::Value,
    pub session_id: Option<SessionId>,
    pub ip: Option<IpNet>,
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
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
