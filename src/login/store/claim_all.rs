//! Claims several logins in one statement.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::sql_types::{Array, Binary, Bool, Integer, Jsonb, Nullable, Text, Timestamptz};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};
use serde_json::Value;

use super::claim::{Claim, ClaimedRow, Unclaimed, Updated, claim, claimed_columns};
use crate::base::clock::Timestamp;
use crate::base::db::{Batch, Conn, Db, DbError};
use crate::base::secret::Hashed;
use crate::base::statement::statement;
use crate::login::input::Flow;

statement! {
    // The conditions and the asynchronous commit are those of `Update`, which is for one login. A login that another transaction has
    // locked is left out, so that it delays no other. Each login is found by a query of its own: a join of the two keys may read the
    // index by one of them only.
    struct UpdateAll<'a> {
        numbers: &'a [i32] => Array<Integer>,
        providers: &'a [&'a str] => Array<Text>,
        states: &'a [&'a [u8]] => Array<Binary>,
        flows: &'a [Flow] => Array<Text>,
        bindings: &'a [Option<&'a [u8]>] => Array<Nullable<Binary>>,
        require_binding: &'a [bool] => Array<Bool>,
        challenges: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        origins: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        by_form: &'a [bool] => Array<Bool>,
        steps: &'a [&'a Value] => Array<Jsonb>,
        times: &'a [Timestamp] => Array<Timestamptz>,
    }
    concat!(
        "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), open AS MATERIALIZED (
             SELECT a.number, a.steps, a.now, login.id
             FROM hasty, unnest({numbers}, {providers}, {states}, {flows}, {bindings}, {require_binding}, {challenges},
                                {origins}, {by_form}, {steps}, {times})
                             AS a (number, provider, state, flow, binding, require_binding, challenge, origin, by_form,
                                   steps, now)
                  CROSS JOIN LATERAL (
                      SELECT id FROM authorization_sessions
                      WHERE provider = a.provider AND state_hash = a.state AND flow = a.flow
                        AND spa_challenge IS NOT DISTINCT FROM a.challenge
                        AND CASE WHEN a.binding IS NOT NULL THEN binding_hash = a.binding
                                 ELSE spa_challenge IS NOT NULL OR NOT (a.require_binding OR carries_cookie) END
                        AND CASE WHEN a.origin IS NOT NULL THEN COALESCE(origin = a.origin, true)
                                 ELSE origin IS NULL OR a.binding IS NOT NULL OR a.challenge IS NOT NULL END
                        AND (status = 'pending') IS TRUE AND claimed_at IS NULL AND (expires_at > a.now) IS TRUE
                        AND (posted IS NOT NULL OR NOT a.by_form)
                      FOR NO KEY UPDATE SKIP LOCKED
                  ) login
         ), claimed AS (
             UPDATE authorization_sessions login
             SET claimed_at = open.now, steps = login.steps || open.steps
             FROM open
             WHERE login.id = ANY (ARRAY[open.id])
             RETURNING open.number, login.id, login.reference, login.handshake, login.posted, login.return_to,
                       login.authorization_request_id, login.link_session_id, login.link_user_id
         )
         SELECT claimed.number, ", claimed_columns!()
    )
}

#[derive(QueryableByName)]
struct Numbered {
    /// The number of the claim in the batch.
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(embed)]
    row: Updated,
}

/// Claims that share a statement.
struct Claims;

impl Batch for Claims {
    const NAME: &'static str = "claim logins";
    type Ask = Arc<Claim>;
    type Answer = ClaimedRow;

    fn row(claim: &Arc<Claim>) -> uuid::Uuid {
        // The state is random, so 16 bytes of its hash are as unique as a random UUID.
        let id = claim.state.as_bytes().first_chunk::<16>();
        uuid::Uuid::from_bytes(id.copied().unwrap_or_default())
    }

    fn run(conn: &mut Conn, claims: &[Arc<Claim>]) -> QueryResult<Vec<(uuid::Uuid, ClaimedRow)>> {
        fn all<'a, T>(claims: &'a [Arc<Claim>], part: impl Fn(&'a Claim) -> T) -> Vec<T> {
            claims.iter().map(|claim| part(claim)).collect()
        }
        let numbers: Vec<i32> = (0..).take(claims.len()).collect();
        let query = UpdateAll {
            numbers: &numbers,
            providers: &all(claims, |claim| claim.provider.as_str()),
            states: &all(claims, |claim| claim.state.as_bytes()),
            flows: &all(claims, |claim| claim.flow),
            bindings: &all(claims, |claim| claim.binding.as_ref().map(Hashed::as_bytes)),
            require_binding: &all(claims, |claim| claim.require_binding),
            challenges: &all(claims, |claim| claim.challenge.as_deref()),
            origins: &all(claims, |claim| claim.origin.as_deref()),
            by_form: &all(claims, |claim| claim.by_form),
            steps: &all(claims, |claim| &claim.steps),
            times: &all(claims, |claim| claim.now),
        };
        let mut rows: HashMap<i32, ClaimedRow> =
            query.load::<Numbered>(conn)?.into_iter().map(|found| (found.number, found.row.into())).collect();
        let answers =
            numbers.iter().zip(claims).filter_map(|(number, claim)| Some((Self::row(claim), rows.remove(number)?)));
        Ok(answers.collect())
    }
}

/// Claims the login by a statement that concurrent claims share, or returns why not. A refusal does not spend the login, so that another
/// browser cannot.
pub async fn claim_login(db: &Db, asked: Claim) -> Result<Result<ClaimedRow, Unclaimed>, DbError> {
    let asked = Arc::new(asked);
    match db.run_batched::<Claims>(Arc::clone(&asked)).await? {
        Some(row) => Ok(Ok(row)),
        None => db.run("claim login", move |conn| claim(conn, &asked)).await,
    }
}
