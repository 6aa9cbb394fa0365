//! One login's steps and outcome, for an operator who was told its reference. No secret in it.

use std::net::IpAddr;

use serde::Serialize;

use super::authorization_session::Steps;
use super::store;
use crate::base::clock::Timestamp;
use crate::base::db::{Db, DbError};
use crate::base::id::SessionId;

/// What is on record of a login.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What the error page showed.
    pub reference: String,
    /// Where it went.
    pub provider: String,
    /// `cookie` or `json`.
    pub door: String,
    /// Where it stands.
    pub status: String,
    /// The stable code of its failure.
    pub failure: Option<String>,
    /// What happened, oldest first.
    pub steps: Steps,
    /// The session it gave.
    pub session: Option<SessionId>,
    /// Who began it.
    pub ip: Option<IpAddr>,
    /// With what.
    pub user_agent: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// Until when it could come back.
    pub expires_at: Timestamp,
}

/// Looks a login up by its reference.
pub async fn report(db: &Db, reference: &str) -> Result<Option<Report>, DbError> {
    let reference = reference.to_ascii_lowercase();
    let row = db.run("report login", move |conn| store::report(conn, &reference)).await?;
    Ok(row.map(|row| Report {
        reference: row.reference,
        provider: row.provider,
        door: row.door,
        status: row.status,
        failure: row.failure,
        steps: serde_json::from_value(row.steps).unwrap_or_default(),
        session: row.session_id,
        ip: row.ip.map(|net| net.addr()),
        user_agent: row.user_agent,
        created_at: row.created_at,
        expires_at: row.expires_at,
    }))
}
