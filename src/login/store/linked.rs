//! The audit of a link, whatever way it came about.

use diesel::QueryResult;
use ipnet::IpNet;
use serde_json::json;

use crate::base::audit::{self, AuditEvent};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};

/// A user was given an identity.
pub struct Linked<'a> {
    pub user: UserId,
    /// The session that asked for it, where one did.
    pub session: Option<SessionId>,
    pub provider: &'a str,
    /// Where it was asked from.
    pub ip: Option<IpNet>,
    pub reference: &'a str,
    /// By what: `person`, `verified_email`.
    pub by: &'static str,
}

/// Writes it into the audit.
pub fn audit_link(conn: &mut Conn, linked: &Linked<'_>, now: Timestamp) -> QueryResult<()> {
    let Linked { user, session, provider, ip, reference, by } = *linked;
    let (user, provider, reference) = (Some(user), Some(provider), Some(reference));
    let detail = json!({ "by": by });
    let event = AuditEvent::new("identity_linked", &detail);
    audit::insert(conn, &AuditEvent { user, session, provider, ip, reference, ..event }, now)
}
