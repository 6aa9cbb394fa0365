//! Finds several sessions by their ids, with their users, in one statement.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use diesel::sql_types::{Array, Bool, Uuid as SqlUuid};
use diesel::{QueryResult, RunQueryDsl};
use serde_json::Value;
use uuid::Uuid;

use super::find::find_with;
use super::row::{SignedInRow, signed_in_columns};
use crate::base::db::{Batch, Conn, Db, DbError};
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::signed_in::SignedIn;

statement! {
    struct FindAll<'a> { ids: &'a [SessionId] => Array<SqlUuid>, with_claims: &'a [bool] => Array<Bool> }
    concat!(
        "SELECT ", signed_in_columns!(claims_if "a.with_claims"),
        " FROM unnest({ids}, {with_claims}) AS a (id, with_claims)
               JOIN sessions s ON s.id = ANY (ARRAY[a.id]) JOIN users u ON u.id = ANY (ARRAY[s.user_id])"
    )
}

/// A look-up of a session.
struct SessionLookup {
    id: SessionId,
    with_claims: bool,
    /// Look-ups of one session share a row, so that each has an id of its own.
    number: Uuid,
}

/// The number of look-ups so far.
static LOOKUPS: AtomicU64 = AtomicU64::new(0);

/// Look-ups that share a statement.
struct Lookups;

impl Batch for Lookups {
    const NAME: &'static str = "find sessions";
    type Ask = SessionLookup;
    type Answer = Option<SignedIn>;

    fn row(ask: &SessionLookup) -> Uuid {
        ask.number
    }

    fn run(conn: &mut Conn, asks: &[SessionLookup]) -> QueryResult<Vec<(Uuid, Option<SignedIn>)>> {
        let mut wanted: HashMap<SessionId, bool> = HashMap::with_capacity(asks.len());
        for ask in asks {
            *wanted.entry(ask.id).or_default() |= ask.with_claims;
        }
        let (ids, with_claims): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
        let rows: Vec<SignedInRow> = FindAll { ids: &ids, with_claims: &with_claims }.load(conn)?;
        let found = rows.into_iter().map(SignedIn::from).map(|signed_in| (signed_in.session.id, signed_in));
        let found: HashMap<_, _> = found.collect();
        let answer = |ask: &SessionLookup| {
            let mut signed_in = found.get(&ask.id).cloned();
            if let Some(signed_in) = signed_in.as_mut().filter(|_| !ask.with_claims) {
                signed_in.claims = Value::Null;
            }
            (ask.number, signed_in)
        };
        Ok(asks.iter().map(answer).collect())
    }
}

/// The session with that id and its user, whether it is live, expired or ended, with the provider's claims if `with_claims`.
/// Concurrent look-ups share a statement.
pub async fn look_up(db: &Db, id: SessionId, with_claims: bool) -> Result<Option<SignedIn>, DbError> {
    let number = Uuid::from_u128(LOOKUPS.fetch_add(1, Ordering::Relaxed).into());
    match db.run_batched::<Lookups>(SessionLookup { id, with_claims, number }).await? {
        Some(found) => Ok(found),
        None => db.run("find session", move |conn| find_with(conn, id, with_claims)).await,
    }
}
