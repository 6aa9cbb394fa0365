//! `audit_events`: the one place that names its columns.
//!
//! An audit row is written in the transaction of the fact that it records: by [`insert`], or, to save a round trip, by
//! `audit_rows!` as a part of the statement that changes the rows.

use diesel::sql_types::{Inet, Jsonb, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};
use ipnet::IpNet;
use serde_json::Value;

use super::clock::Timestamp;
use super::db::Conn;
use super::id::{SessionId, UserId, uuid_v7};
use super::statement::statement;

/// SQL that inserts an audit row for each row of `from`:
/// `audit_rows!(from "changed", id "{audit}", kind "'user_enabled'", user_id "id")`.
///
/// Each value is an SQL expression; a column that is not named is null. The statement has the bind `{now}`.
macro_rules! audit_rows {
    (from $from:literal, id $id:literal, kind $kind:literal $(, $column:ident $value:literal)* $(,)?) => {
        concat!(
            "INSERT INTO audit_events (id, at, kind",
            $(", ", stringify!($column),)*
            ") SELECT ", $id, ", {now}, ", $kind,
            $(", ", $value,)*
            " FROM ", $from
        )
    };
}
pub(crate) use audit_rows;

/// The columns of an audit row, besides its id and its time.
pub struct AuditEvent<'a> {
    /// The name of an event ([`Event::name`](super::event::Event::name)).
    pub kind: &'a str,
    /// The user that it is about.
    pub user: Option<UserId>,
    /// The session that it is about.
    pub session: Option<SessionId>,
    /// The id of the provider.
    pub provider: Option<&'a str>,
    /// The `client_id` of the client that it is about.
    pub client_id: Option<&'a str>,
    /// The network of the caller.
    pub ip: Option<IpNet>,
    /// The reference of a login.
    pub reference: Option<&'a str>,
    /// A JSON object of what the columns do not say; no secrets.
    pub detail: &'a Value,
}

impl<'a> AuditEvent<'a> {
    /// An event with none of the optional columns.
    pub fn new(kind: &'a str, detail: &'a Value) -> Self {
        let (user, session, provider, client_id, ip, reference) = Default::default();
        Self { kind, user, session, provider, client_id, ip, reference, detail }
    }
}

statement! {
    struct InsertEvent<'a> {
        id: uuid::Uuid => Uuid,
        now: Timestamp => Timestamptz,
        kind: &'a str => Text,
        user: Option<UserId> => Nullable<Uuid>,
        session: Option<SessionId> => Nullable<Uuid>,
        provider: Option<&'a str> => Nullable<Text>,
        client_id: Option<&'a str> => Nullable<Text>,
        ip: Option<IpNet> => Nullable<Inet>,
        reference: Option<&'a str> => Nullable<Text>,
        detail: &'a Value => Jsonb,
    }
    audit_rows!(
        from "(SELECT) one", id "{id}", kind "{kind}", user_id "{user}", session_id "{session}", provider "{provider}",
        client_id "{client_id}", ip "{ip}", reference "{reference}", detail "{detail}"
    )
}

/// Inserts an audit row.
pub fn insert(conn: &mut Conn, event: &AuditEvent<'_>, now: Timestamp) -> QueryResult<()> {
    let AuditEvent { kind, user, session, provider, client_id, ip, reference, detail } = *event;
    let id = uuid_v7(now);
    InsertEvent { id, now, kind, user, session, provider, client_id, ip, reference, detail }.execute(conn).map(|_| ())
}
