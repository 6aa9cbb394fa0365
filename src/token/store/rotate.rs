//! The SQL of refresh token rotation.

use diesel::sql_types::{Array, BigInt, Bool, Inet, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};
use ipnet::IpNet;

use crate::base::audit::{self, AuditEvent};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::{SignedIn, SignedInRow, signed_in_columns};
use crate::token::rotation::RefreshState;

statement! {
    /// The usual case in one statement: the newest token of a live session of that client and a configured provider. No indexed column changes, so
    /// that the update stays in its page (HOT).
    pub struct Rotate<'a> {
        id: SessionId => Uuid,
        counter: i64 => BigInt,
        step: i64 => BigInt,
        client_id: &'a str => Text,
        scope: Option<&'a [String]> => Nullable<Array<Text>>,
        resources: &'a [String] => Array<Text>,
        is_own_audience: bool => Bool,
        refreshed_from: i64 => BigInt,
        providers: &'a [String] => Array<Text>,
        used_after: Timestamp => Timestamptz,
        with_claims: bool => Bool,
        now: Timestamp => Timestamptz,
    }
    concat!(
        "UPDATE sessions s
         SET refresh_token_counter = {counter} + {step}, refreshed_at = {now}, last_activity_at = {now},
             refreshed_from = {refreshed_from}
         FROM users u
         WHERE s.id = {id} AND s.refresh_token_counter = {counter} AND s.client_id = {client_id}
           AND s.ended_at IS NULL AND s.not_after > {now} AND s.last_activity_at > {used_after}
           AND ({scope} IS NULL OR {scope} <@ string_to_array(s.scopes, ' '))
           AND (s.resource = ANY ({resources}) OR s.resource IS NULL AND {is_own_audience})
           AND (s.provider = ANY ({providers})) IS TRUE
           AND u.id = ANY (ARRAY[s.user_id]) AND u.disabled_at IS NULL
         RETURNING ", signed_in_columns!(claims_if "{with_claims}")
    )
}

/// Rotates the token if the statement matches.
pub fn rotate(conn: &mut Conn, rotate: Rotate<'_>) -> QueryResult<Option<SignedIn>> {
    Ok(rotate.get_result::<SignedInRow>(conn).optional()?.map(SignedIn::from))
}

/// A session whose refresh did not match, locked until the transaction ends.
pub struct Locked {
    pub signed_in: SignedIn,
    pub state: RefreshState,
    /// The address of the client that logged in.
    pub ip: Option<IpNet>,
    /// The origin of the last rotation ([`RefreshOrigin`](crate::token::refresh_origin::RefreshOrigin)).
    pub refreshed_from: Option<i64>,
    /// When it was last recorded that the same successor went to another place.
    pub repeat_recorded_at: Option<Timestamp>,
}

#[derive(QueryableByName)]
struct LockedRow {
    #[diesel(embed)]
    signed_in: SignedInRow,
    #[diesel(sql_type = BigInt)]
    refresh_token_counter: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    refreshed_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    forgiven_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Inet>)]
    ip: Option<IpNet>,
    #[diesel(sql_type = Nullable<BigInt>)]
    refreshed_from: Option<i64>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    repeat_recorded_at: Option<Timestamp>,
}

statement! {
    struct Lock { id: SessionId => Uuid, with_claims: bool => Bool }
    concat!(
        "SELECT ", signed_in_columns!(claims_if "{with_claims}"), ", s.refresh_token_counter, s.refreshed_at, s.forgiven_at, s.ip, s.refreshed_from,
             s.repeat_recorded_at
         FROM sessions s JOIN users u ON u.id = ANY (ARRAY[s.user_id]) WHERE s.id = {id} FOR UPDATE OF s"
    )
}

/// Finds and locks the session with that id, also an expired or ended one; with the provider's claims if `with_claims`.
pub fn lock(conn: &mut Conn, id: SessionId, with_claims: bool) -> QueryResult<Option<Locked>> {
    let row = Lock { id, with_claims }.get_result::<LockedRow>(conn).optional()?;
    Ok(row.map(|row| Locked {
        signed_in: row.signed_in.into(),
        state: RefreshState {
            counter: row.refresh_token_counter,
            refreshed_at: row.refreshed_at,
            forgiven_at: row.forgiven_at,
        },
        ip: row.ip,
        refreshed_from: row.refreshed_from,
        repeat_recorded_at: row.repeat_recorded_at,
    }))
}

#[derive(QueryableByName)]
struct NewestRow {
    #[diesel(embed)]
    signed_in: SignedInRow,
    #[diesel(sql_type = BigInt)]
    refresh_token_counter: i64,
}

statement! {
    struct Newest { id: SessionId => Uuid, with_claims: bool => Bool }
    concat!(
        "SELECT ", signed_in_columns!(claims_if "{with_claims}"), ", s.refresh_token_counter
         FROM sessions s JOIN users u ON u.id = ANY (ARRAY[s.user_id]) WHERE s.id = {id}"
    )
}

/// The session with that id, also an expired or ended one, and the counter of its newest refresh token; with the provider's
/// claims if `with_claims`.
pub fn newest(conn: &mut Conn, id: SessionId, with_claims: bool) -> QueryResult<Option<(SignedIn, i64)>> {
    let row = Newest { id, with_claims }.get_result::<NewestRow>(conn).optional()?;
    Ok(row.map(|row| (row.signed_in.into(), row.refresh_token_counter)))
}

statement! {
    struct Advance {
        id: SessionId => Uuid,
        counter: i64 => BigInt,
        refreshed_from: i64 => BigInt,
        now: Timestamp => Timestamptz,
    }
    "UPDATE sessions
     SET refresh_token_counter = {counter}, refreshed_at = {now}, last_activity_at = {now}, refreshed_from = {refreshed_from}
     WHERE id = {id}"
}

/// Stores the counter of the newest refresh token, and the origin of its rotation.
pub fn advance(conn: &mut Conn, id: SessionId, counter: i64, refreshed_from: i64, now: Timestamp) -> QueryResult<()> {
    Advance { id, counter, refreshed_from, now }.execute(conn).map(|_| ())
}

statement! {
    struct Forgive { id: SessionId => Uuid, now: Timestamp => Timestamptz }
    "UPDATE sessions SET forgiven_at = {now}, last_activity_at = {now} WHERE id = {id}"
}

/// Stores when a late previous refresh token was accepted (`forgiven_at`).
pub fn forgive(conn: &mut Conn, id: SessionId, now: Timestamp) -> QueryResult<()> {
    Forgive { id, now }.execute(conn).map(|_| ())
}

statement! {
    struct RecordRepeat { id: SessionId => Uuid, now: Timestamp => Timestamptz }
    "UPDATE sessions SET repeat_recorded_at = {now} WHERE id = {id}"
}

/// Stores when it was recorded that the same successor went to another place.
pub fn record_repeat(conn: &mut Conn, id: SessionId, now: Timestamp) -> QueryResult<()> {
    RecordRepeat { id, now }.execute(conn).map(|_| ())
}

/// Audits an irregular refresh, with both addresses.
pub fn audit_refresh(conn: &mut Conn, kind: &str, locked: &Locked, ip: IpNet, now: Timestamp) -> QueryResult<()> {
    let session = &locked.signed_in.session;
    let detail = serde_json::json!({ "session_ip": locked.ip.map(|net| net.addr()) });
    let (user, client_id) = (Some(session.user), Some(session.client_id.as_str()));
    let event =
        AuditEvent { user, session: Some(session.id), client_id, ip: Some(ip), ..AuditEvent::new(kind, &detail) };
    audit::insert(conn, &event, now)
}
