//! The steps and the outcome of a login, found by its reference, for operators. It contains no secret.

use std::net::IpAddr;

use serde::Serialize;

use super::authorization_session::Steps;
use super::store::{self, NotBegunRow, ReportRow};
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError};
use crate::base::id::SessionId;

/// The record of a login.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The reference that the error page shows.
    pub reference: String,
    /// The id of the provider.
    pub provider: String,
    /// The flow: `browser` or `spa`.
    pub flow: String,
    /// The status; `not_begun` for a login that could not begin.
    pub status: String,
    /// The error code; `None` without a failure.
    pub failure: Option<String>,
    /// The recorded steps, oldest first.
    pub steps: Steps,
    /// The session that it gave.
    pub session: Option<SessionId>,
    /// The IP address of the client that began it.
    pub ip: Option<IpAddr>,
    /// The `User-Agent` of that client.
    pub user_agent: Option<String>,
    /// When the login was stored.
    pub created_at: Timestamp,
    /// When a pending login expires.
    pub expires_at: Timestamp,
}

/// Finds a login by its reference, also one that could not begin.
pub async fn report(db: &Db, reference: &str) -> Result<Option<Report>, DbError> {
    let reference = reference.to_ascii_lowercase();
    let find = move |conn: &mut Conn| match store::report(conn, &reference)? {
        Some(row) => Ok(Some(begun(row))),
        None => Ok(store::not_begun(conn, &reference)?.map(not_begun)),
    };
    db.run("report login", find).await
}

fn begun(row: ReportRow) -> Report {
    Report {
        reference: row.reference,
        provider: row.provider,
        flow: row.flow.as_str().to_owned(),
        status: row.status.as_str().to_owned(),
        failure: row.failure,
        steps: serde_json::from_value(row.steps).unwrap_or_default(),
        session: row.session_id,
        ip: row.ip.map(|net| net.addr()),
        user_agent: row.user_agent,
        created_at: row.created_at,
        expires_at: row.expires_at,
    }
}

/// The record of a login that could not begin. It was over at once.
fn not_begun(row: NotBegunRow) -> Report {
    Report {
        reference: row.reference,
        provider: row.provider,
        flow: row.flow.as_str().to_owned(),
        status: "not_begun".to_owned(),
        failure: Some(row.failure),
        steps: Steps::one(row.created_at, "not begun", Some(row.reason)),
        session: None,
        ip: None,
        user_agent: None,
        created_at: row.created_at,
        expires_at: row.created_at,
    }
}
