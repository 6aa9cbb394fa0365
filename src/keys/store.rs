//! The statements on `signing_keys`.

use diesel::prelude::*;
use diesel::sql_types::{Binary, Bool, Nullable, Text, Timestamptz};
use serde_json::json;

use super::prepare::Prepared;
use super::row::{KeyRow, NewKey};
use super::timeline::{Change, KeyState, KeyStatus};
use crate::base::audit::{self, AuditEvent};
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, in_transaction};
use crate::base::event::Event;
#[cfg(feature = "dev")]
use crate::base::hot::{HotStatement, hot};
use crate::base::schema::signing_keys;
use crate::base::statement::statement;

/// Loads every key, oldest first.
pub fn load(conn: &mut Conn) -> QueryResult<Vec<KeyRow>> {
    signing_keys::table.order((signing_keys::created_at, signing_keys::kid)).select(KeyRow::as_select()).load(conn)
}

/// Decides under an advisory lock, so one replica at a time, and applies the changes with their audit rows. A change for
/// which nothing is prepared is skipped; it is due again the next time. Returns an event for each change.
///
/// `now` is called once the lock is held: a key counts as published from then on.
pub fn change(
    conn: &mut Conn,
    decide: impl Fn(&[KeyStatus], Timestamp) -> Vec<Change>,
    prepared: &Prepared,
    now: impl Fn() -> Timestamp,
) -> QueryResult<Vec<Event>> {
    in_transaction(conn, |conn| {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('vestibule signing_keys'))").execute(conn)?;
        let now = now();
        let keys: Vec<_> = load(conn)?.iter().filter_map(KeyRow::status).collect();
        let mut events = Vec::new();
        for change in decide(&keys, now) {
            let Some(event) = apply(conn, change, &keys, prepared, now)? else { continue };
            audit::insert(conn, &AuditEvent::new(event.name(), &detail(&event)), now)?;
            events.push(event);
        }
        Ok(events)
    })
}

fn apply(
    conn: &mut Conn,
    change: Change,
    keys: &[KeyStatus],
    prepared: &Prepared,
    now: Timestamp,
) -> QueryResult<Option<Event>> {
    let (kid, state, revoked, private_key) = match change {
        Change::Generate { algorithm, signs } => {
            let Some(new) = prepared.new_keys.iter().find(|new| new.algorithm == algorithm) else { return Ok(None) };
            return insert(conn, new, signs, now).map(Some);
        }
        Change::Delete(kid) => return diesel::delete(signing_keys::table.find(kid)).execute(conn).map(|_| None),
        Change::CapTimes(kid) => return CapTimes { kid: &kid, now }.execute(conn).map(|_| None),
        Change::Activate(kid) => (kid, KeyState::Active, false, None),
        Change::Retire(kid) => (kid, KeyState::Retiring, false, None),
        Change::Withdraw(kid) => {
            let Some((_, sealed)) = prepared.sealed_public_keys.iter().find(|(of, _)| *of == kid) else {
                return Ok(None);
            };
            (kid, KeyState::Gone, false, Some(sealed.as_slice()))
        }
        // A revoked key verifies nothing, so its public key is not kept either.
        Change::Revoke(kid) => (kid, KeyState::Gone, true, Some(&[][..])),
    };
    UpdateState { kid: &kid, state: state.name(), revoked, private_key, now }.execute(conn)?;
    let key = keys.iter().find(|key| key.kid == kid);
    Ok(key.map(|key| {
        let algorithm = key.algorithm.name();
        if revoked {
            Event::SigningKeyRevoked { kid, algorithm }
        } else {
            Event::SigningKeyStateChanged { kid, algorithm, state: state.name() }
        }
    }))
}

/// Inserts a new key, which is in the JWKS from now on; with `signs` it is active at once.
fn insert(conn: &mut Conn, new: &NewKey, signs: bool, now: Timestamp) -> QueryResult<Event> {
    let NewKey { kid, algorithm, private_key } = new;
    let (state, active_at) = if signs { (KeyState::Active, Some(now)) } else { (KeyState::Published, None) };
    let (algorithm, state) = (algorithm.name(), state.name());
    let row = InsertedKey { kid, algorithm, private_key, state, created_at: now, published_at: now, active_at };
    diesel::insert_into(signing_keys::table).values(row).execute(conn)?;
    Ok(Event::SigningKeyCreated { kid: kid.clone(), algorithm, state })
}

fn detail(event: &Event) -> serde_json::Value {
    match event {
        Event::SigningKeyCreated { kid, algorithm, state }
        | Event::SigningKeyStateChanged { kid, algorithm, state } => {
            json!({ "kid": kid, "algorithm": algorithm, "state": state })
        }
        Event::SigningKeyRevoked { kid, algorithm } => json!({ "kid": kid, "algorithm": algorithm }),
        _ => json!({}),
    }
}

#[derive(Insertable)]
#[diesel(table_name = signing_keys)]
struct InsertedKey<'a> {
    kid: &'a str,
    algorithm: &'a str,
    private_key: &'a [u8],
    state: &'a str,
    created_at: Timestamp,
    published_at: Timestamp,
    active_at: Option<Timestamp>,
}

statement! {
    struct UpdateState<'a> {
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
    struct CapTimes<'a> { kid: &'a str => Text, now: Timestamp => Timestamptz }
    "UPDATE signing_keys SET
         published_at = least(published_at, {now}),
         active_at = least(active_at, {now}),
         retiring_at = least(retiring_at, {now}),
         gone_at = least(gone_at, {now})
     WHERE kid = {kid}"
}

/// The statements of this store, which no request waits for.
#[cfg(feature = "dev")]
pub fn rare_statements() -> Vec<HotStatement> {
    hot![CapTimes: [], UpdateState: [],]
}
