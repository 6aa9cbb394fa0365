//! Finds several sessions by their ids, with their users, in one statement.

use std::collections::HashMap;

use diesel::sql_types::{Array, Bool, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use super::find::find_with;
use super::row::{SignedInRow, signed_in_columns};
use crate::base::db::{Batch, Conn, Db, DbError};
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::signed_in::SignedIn;

statement! {
    struct FindAll<'a> { ids: &'a [SessionId] => Array<Uuid>, with_claims: &'a [bool] => Array<Bool> }
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
}

/// Look-ups that share a statement.
struct Lookups;

impl Batch for Lookups {
    const NAME: &'static str = "find sessions";
    type Ask = SessionLookup;
    type Answer = Option<SignedIn>;

    fn row(ask: &SessionLookup) -> uuid::Uuid {
        ask.id.0
    }

    fn run(conn: &mut Conn, asks: &[SessionLookup]) -> QueryResult<Vec<(uuid::Uuid, Option<SignedIn>)>> {
        let (ids, with_claims): (Vec<_>, Vec<_>) = asks.iter().map(|ask| (ask.id, ask.with_claims)).unzip();
        let rows: Vec<SignedInRow> = FindAll { ids: &ids, with_claims: &with_claims }.load(conn)?;
        let found = rows.into_iter().map(SignedIn::from).map(|signed_in| (signed_in.session.id, signed_in));
        let mut found: HashMap<_, _> = found.collect();
        Ok(ids.into_iter().map(|id| (id.0, found.remove(&id))).collect())
    }
}

/// The session with that id and its user, whether it is live, expired or ended, with the provider's claims if `with_claims`.
/// Concurrent look-ups share a statement.
pub async fn look_up(db: &Db, id: SessionId, with_claims: bool) -> Result<Option<SignedIn>, DbError> {
    match db.run_batched::<Lookups>(SessionLookup { id, with_claims }).await? {
        Some(found) => Ok(found),
        None => db.run("find session", move |conn| find_with(conn, id, with_claims)).await,
    }
}
