//! The audit of a link, whatever way it came about.

use diesel::sql_types::{Inet, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};
use ipnet::IpNet;
use serde_json::{Value, json};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId, uuid_v7};
use crate::base::statement::statement;

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

statement! {
    struct Audit<'a> {
        id: uuid::Uuid => Uuid,
        user: UserId => Uuid,
        session: Option<SessionId> => Nullable<Uuid>,
        provider: &'a str => Text,
        ip: Option<IpNet> => Nullable<Inet>,
        reference: &'a str => Text,
        detail: &'a Value => Jsonb,
        now: Timestamp => Timestamptz,
    }
    "INSERT INTO audit_events (id, at, kind, user_id, session_id, provider, ip, reference, detail)
     VALUES ({id}, {now}, 'identity_linked', {user}, {session}, {provider}, {ip}, {reference}, {detail})"
}

/// Writes it into the audit.
pub fn audit(conn: &mut Conn, linked: &Linked<'_>, now: Timestamp) -> QueryResult<()> {
    let Linked { user, session, provider, ip, reference, by } = *linked;
    let detail = &json!({ "by": by });
    Audit { id: uuid_v7(now), user, session, provider, ip, reference, detail, now }.execute(conn).map(|_| ())
}
