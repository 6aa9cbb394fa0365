//! The providers of a user that return `auth_time`.

use std::net::IpAddr;

use diesel::sql_types::{Bool, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use serde_json::json;

use crate::base::audit::{self, AuditEvent};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};
use crate::base::statement::statement;

statement! {
    struct NoteAuthTime<'a> { provider: &'a str => Text, sent: bool => Bool, now: Timestamp => Timestamptz }
    "INSERT INTO providers AS known (id, last_known_at, auth_time_sent_at, auth_time_withheld_at)
     VALUES ({provider}, {now}, CASE WHEN {sent} THEN {now} END, CASE WHEN NOT {sent} THEN {now} END)
     ON CONFLICT (id) DO UPDATE
     SET auth_time_sent_at = COALESCE(excluded.auth_time_sent_at, known.auth_time_sent_at),
         auth_time_withheld_at = COALESCE(excluded.auth_time_withheld_at, known.auth_time_withheld_at)"
}

/// Stores that a login at the provider came with `auth_time` (`sent`), or without it although `max_age` was requested.
pub fn note_auth_time(conn: &mut Conn, provider: &str, sent: bool, now: Timestamp) -> QueryResult<()> {
    NoteAuthTime { provider, sent, now }.execute(conn).map(|_| ())
}

statement! {
    struct OfUser { user: UserId => Uuid }
    "SELECT subs.provider, known.auth_time_sent_at IS NOT NULL AS sent, known.auth_time_withheld_at IS NOT NULL AS withheld
     FROM subs LEFT JOIN providers known ON known.id = ANY (ARRAY[subs.provider])
     WHERE subs.user_id = {user}"
}

/// A provider of the user.
#[derive(QueryableByName)]
pub struct KnownProvider {
    /// Its id in the configuration.
    #[diesel(sql_type = Text)]
    pub provider: String,
    #[diesel(embed)]
    pub auth_times: AuthTimes,
}

/// Whether logins at a provider have returned `auth_time`.
#[derive(Clone, Copy, QueryableByName)]
pub struct AuthTimes {
    /// Whether a login there ever came with `auth_time`.
    #[diesel(sql_type = Bool)]
    pub sent: bool,
    /// Whether a login there came without it although `max_age` was requested.
    #[diesel(sql_type = Bool)]
    pub withheld: bool,
}

/// The provider of each identity of the user, in no order.
pub fn providers_of(conn: &mut Conn, user: UserId) -> QueryResult<Vec<KnownProvider>> {
    OfUser { user }.load(conn)
}

/// A change of the identities that the person confirmed on the page for it.
pub struct Confirmation {
    /// The user who confirmed it.
    pub user: UserId,
    /// The session that the page was shown to.
    pub session: SessionId,
    /// The address of the client.
    pub ip: IpAddr,
    /// What the login is for: `link` or `unlink`.
    pub action: &'static str,
    /// The provider to link, or the id of the identity to unlink.
    pub which: String,
}

/// Audits that the person confirmed a change of the identities without a fresh login.
pub fn audit_confirmation(conn: &mut Conn, confirmation: &Confirmation, now: Timestamp) -> QueryResult<()> {
    let Confirmation { user, session, ip, action, which } = confirmation;
    let detail = json!({ "action": action, "which": which });
    let (user, session, ip) = (Some(*user), Some(*session), Some((*ip).into()));
    let event = AuditEvent::new("identity_change_confirmed", &detail);
    audit::insert(conn, &AuditEvent { user, session, ip, ..event }, now)
}
