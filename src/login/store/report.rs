//! Reads the record of a login.

use diesel::prelude::*;
use ipnet::IpNet;

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::schema::authorization_sessions;
use crate::login::authorization_session::Status;
use crate::login::input::Flow;

/// The columns of the row that are not secret.
#[derive(Queryable, Selectable)]
#[diesel(table_name = authorization_sessions)]
pub struct ReportRow {
    pub reference: String,
    pub provider: String,
    pub flow: Flow,
    pub status: Status,
    pub failure: Option<String>,
    pub steps: serde_json::Value,
    pub session_id: Option<SessionId>,
    pub ip: Option<IpNet>,
    pub user_agent: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// The login with that reference.
pub fn report(conn: &mut Conn, reference: &str) -> QueryResult<Option<ReportRow>> {
    authorization_sessions::table
        .filter(authorization_sessions::reference.eq(reference))
        .order(authorization_sessions::created_at.desc())
        .select(ReportRow::as_select())
        .first(conn)
        .optional()
}
