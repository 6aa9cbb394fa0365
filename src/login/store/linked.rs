//! The audit event of a linked identity.

use diesel::QueryResult;
use ipnet::IpNet;
use serde_json::json;

use crate::base::audit::{self, AuditEvent};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};

/// The values of the audit event.
pub struct Linked<'a> {
    pub user: UserId,
    /// The session that asked for the link; `None` for a link by e-mail address.
    pub session: Option<SessionId>,
    pub provider: &'a str,
    /// The address of the client.
    pub ip: Option<IpNet>,
    pub reference: &'a str,
    /// The way of the link: `person` or `verified_email`.
    pub by: &'static str,
}

/// Inserts the audit event.
pub fn audit_link(conn: &mut Conn, linked: &Linked<'_>, now: Timestamp) -> QueryResult<()> {
    let Linked { user, session, provider, ip, reference, by } = *linked;
    let (user, provider, reference) = (Some(user), Some(provider), Some(reference));
    let detail = json!({ "by": by });
    let event = AuditEvent::new("identity_linked", &detail);
    audit::insert(conn, &AuditEvent { user, session, provider, ip, reference, ..event }, now)
}
