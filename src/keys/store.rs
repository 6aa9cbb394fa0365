//! `signing_keys`.

use diesel::sql_types::{Binary, Bool, Jsonb, Nullable, Text, Timestamptz};
use diesel::{Connection, QueryResult, QueryableByName, RunQueryDsl};
use serde_json::json;

use super::supplies::{New, Supplies};
use super::timeline::{Change, Standing, State};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::event::Event;
use crate::base::id::uuid_v7;
use crate::base::statement::statement;
use crate::config::Algorithm;

/// A stored key. What is in `private_key` is sealed ([`supplies`](super::supplies)): the private half, or, of a key that
/// is gone, the public one; of a revoked key nothing.
#[derive(QueryableByName)]
pub struct Row {
    #[diesel(sql_type = Text)]
    pub kid: String,
    #[diesel(sql_type = Text)]
    pub algorithm: String,
    #[diesel(sql_type = Binary)]
    pub private_key: Vec<u8>,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub published_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub active_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub retiring_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub gone_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub revoked_at: Option<Timestamp>,
}

impl Row {
    /// How it stands; `None` for a key of a newer version.
    pub fn standing(&self) -> Option<Standing> {
        Some(Standing {
            kid: self.kid.clone(),
            algorithm: Algorithm::from_name(&self.algorithm)?,
            state: State::from_name(&self.state)?,
            published_at: self.published_at,
            active_at: self.active_at,
            retiring_at: self.retiring_at,
            gone_at: self.gone_at,
            revoked_at: self.revoked_at,
        })
    }
}

/// Every key, oldest first.
pub fn load(conn: &mut Conn) -> QueryResult<Vec<Row>> {
    let sql = "SELECT kid, algorithm, private_key, state, published_at, active_at, retiring_at, gone_at, revoked_at \
               FROM signing_keys ORDER BY created_at, kid";
    diesel::sql_query(sql).load(conn)
}

/// Decides alone: one replica at a time, on how the keys stand then, and makes the changes with their audit rows. A
/// change that lacks its supply is left to the next time. The answer is what happened.
///
/// `now` is asked for once it is this one's turn: a key is not in the JWKS while it is waited for.
pub fn decide(
    conn: &mut Conn,
    decide: impl Fn(&[Standing], Timestamp) -> Vec<Change>,
    supplies: &Supplies,
    now: impl Fn() -> Timestamp,
) -> QueryResult<Vec<Event>> {
    conn.transaction(|conn| {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('vestibule signing_keys'))").execute(conn)?;
        let now = now();
        let keys: Vec<_> = load(conn)?.iter().filter_map(Row::standing).collect();
        let mut events = Vec::new();
        for change in decide(&keys, now) {
            let Some(event) = apply(conn, change, &keys, supplies, now)? else { continue };
            Audit { id: uuid_v7(now), now, kind: event.name(), detail: &detail(&event) }.execute(conn)?;
            events.push(event);
        }
        Ok(events)
    })
}

fn apply(
    conn: &mut Conn,
    change: Change,
    keys: &[Standing],
    supplies: &Supplies,
    now: Timestamp,
) -> QueryResult<Option<Event>> {
    let (kid, state, revoked, private_key) = match change {
        Change::Make { algorithm, signs } => {
            let Some(new) = supplies.made.iter().find(|new| new.algorithm == algorithm) else { return Ok(None) };
            return add(conn, new, signs, now).map(Some);
        }
        Change::Delete(kid) => return Delete { kid: &kid }.execute(conn).map(|_| None),
        Change::SetClock(kid) => return SetClock { kid: &kid, now }.execute(conn).map(|_| None),
        Change::Activate(kid) => (kid, State::Active, false, None),
        Change::Retire(kid) => (kid, State::Retiring, false, None),
        Change::Withdraw(kid) => {
            let Some((_, sealed)) = supplies.sealed_public.iter().find(|(of, _)| *of == kid) else { return Ok(None) };
            (kid, State::Gone, false, Some(sealed.as_slice()))
        }
        // Nothing of it is of use to anybody who is honest.
        Change::Revoke(kid) => (kid, State::Gone, true, Some(&[][..])),
    };
    Move { kid: &kid, state: state.name(), revoked, private_key, now }.execute(conn)?;
    let key = keys.iter().find(|key| key.kid == kid);
    Ok(key.map(|key| {
        let algorithm = key.algorithm.name();
        if revoked {
            Event::SigningKeyRevoked { kid, algorithm }
        } else {
            Event::SigningKeyMoved { kid, algorithm, state: state.name() }
        }
    }))
}

/// Stores a new key, in the JWKS from now on.
pub fn add(conn: &mut Conn, new: &New, signs: bool, now: Timestamp) -> QueryResult<Event> {
    let New { kid, algorithm, public_jwk, private_key } = new;
    let (state, active_at) = if signs { (State::Active, Some(now)) } else { (State::Published, None) };
    let (algorithm, state) = (algorithm.name(), state.name());
    Insert { kid, algorithm, public_jwk, private_key, state, active_at, now }.execute(conn)?;
    Ok(Event::SigningKeyMade { kid: kid.clone(), algorithm, state })
}

fn detail(event: &Event) -> serde_json::Value {
    match event {
        Event::SigningKeyMade { kid, algorithm, state } | Event::SigningKeyMoved { kid, algorithm, state } => {
            json!({ "kid": kid, "algorithm": algorithm, "state": state })
        }
        Event::SigningKeyRevoked { kid, algorithm } => json!({ "kid": kid, "algorithm": algorithm }),
        _ => json!({}),
    }
}

statement! {
    struct Insert<'a> {
        kid: &'a str => Text,
        algorithm: &'a str => Text,
        public_jwk: &'a serde_json::Value => Jsonb,
        private_key: &'a [u8] => Binary,
        state: &'a str => Text,
        active_at: Option<Timestamp> => Nullable<Timestamptz>,
        now: Timestamp => Timestamptz,
    }
    "INSERT INTO signing_keys (kid, algorithm, public_jwk, private_key, state, created_at, published_at, active_at)
     VALUES ({kid}, {algorithm}, {public_jwk}, {private_key}, {state}, {now}, {now}, {active_at})"
}

statement! {
    struct Move<'a> {
        kid: &'a str => Text,
        state: &'a str => Text,
        revoked: bool => Bool,
        private_key: Option<&'a [u8]> => Nullable<Binary>,
        now: Timestamp => Timestamptz,
    }
    "UPDATE signing_keys SET
         state = {state},
         active_at = CASE {state} WHEN 'active' THEN {now} ELSE active_at END,
         retiring_at = CASE {state} WHEN 'retiring' THEN {now} ELSE retiring_at END,
         gone_at = CASE {state} WHEN 'gone' THEN {now} ELSE gone_at END,
         revoked_at = CASE WHEN {revoked} THEN {now} ELSE revoked_at END,
         private_key = coalesce({private_key}, private_key)
     WHERE kid = {kid}"
}

statement! {
    struct SetClock<'a> { kid: &'a str => Text, now: Timestamp => Timestamptz }
    "UPDATE signing_keys SET
         published_at = least(published_at, {now}),
         active_at = least(active_at, {now}),
         retiring_at = least(retiring_at, {now}),
         gone_at = least(gone_at, {now})
     WHERE kid = {kid}"
}

statement! {
    struct Delete<'a> { kid: &'a str => Text }
    "DELETE FROM signing_keys WHERE kid = {kid}"
}

statement! {
    struct Audit<'a> {
        id: uuid::Uuid => diesel::sql_types::Uuid,
        now: Timestamp => Timestamptz,
        kind: &'a str => Text,
        detail: &'a serde_json::Value => Jsonb,
    }
    "INSERT INTO audit_events (id, at, kind, detail) VALUES ({id}, {now}, {kind}, {detail})"
}
