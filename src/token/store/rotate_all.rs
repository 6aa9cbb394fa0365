//! Rotates the refresh tokens of several sessions in one statement.

use std::sync::Arc;

use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::{Batch, Change, Conn, note};
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::{SignedIn, SignedInRow, signed_in_columns};

statement! {
    // The rows are locked in the order of their ids, so that two batches cannot deadlock. A row that another transaction has
    // locked is left out, so that it delays no other. The conditions are those of `Rotate`, which is for one row. Lists are texts
    // with spaces between their values: an array of arrays would need equal lengths.
    struct RotateAll<'a> {
        ids: &'a [SessionId] => Array<Uuid>,
        counters: &'a [i64] => Array<BigInt>,
        steps: &'a [i64] => Array<BigInt>,
        client_ids: &'a [&'a str] => Array<Text>,
        scopes: &'a [Option<String>] => Array<Nullable<Text>>,
        resources: &'a [String] => Array<Text>,
        own_audiences: &'a [bool] => Array<Bool>,
        origins: &'a [i64] => Array<BigInt>,
        providers: &'a [String] => Array<Text>,
        used_after: &'a [Timestamp] => Array<Timestamptz>,
        with_claims: &'a [bool] => Array<Bool>,
        times: &'a [Timestamp] => Array<Timestamptz>,
    }
    concat!(
        "WITH asked AS MATERIALIZED (
             SELECT a.*
             FROM unnest({ids}, {counters}, {steps}, {client_ids}, {scopes}, {resources}, {own_audiences}, {origins},
                         {providers}, {used_after}, {with_claims}, {times})
                      AS a (id, counter, step, client_id, scope, resources, is_own_audience, refreshed_from, providers,
                            used_after, with_claims, now)
                  JOIN sessions held ON held.id = ANY (ARRAY[a.id])
             ORDER BY a.id FOR NO KEY UPDATE OF held SKIP LOCKED
         )
         UPDATE sessions s
         SET refresh_token_counter = a.counter + a.step, refreshed_at = a.now, last_activity_at = a.now,
             refreshed_from = a.refreshed_from
         FROM asked a, users u
         WHERE s.id = ANY (ARRAY[a.id]) AND s.refresh_token_counter = a.counter AND s.client_id = a.client_id
           AND s.ended_at IS NULL AND s.not_after > a.now AND s.last_activity_at > a.used_after
           AND (a.scope IS NULL OR string_to_array(a.scope, ' ') <@ string_to_array(s.scopes, ' '))
           AND (s.resource IS NULL AND a.is_own_audience OR s.resource = ANY (string_to_array(a.resources, ' ')))
           AND (s.provider = ANY (string_to_array(a.providers, ' '))) IS TRUE
           AND u.id = ANY (ARRAY[s.user_id]) AND u.disabled_at IS NULL
         RETURNING ", signed_in_columns!(claims_if "a.with_claims")
    )
}

/// The values of one rotation (`Rotate`).
pub struct RotateAsk {
    /// The session.
    pub id: SessionId,
    /// The counter of the presented token.
    pub counter: i64,
    /// By how much the counter is raised: 1, or 0 for a client whose refresh token stays the same.
    pub step: i64,
    /// The id of the client.
    pub client_id: String,
    /// The requested scopes; `None` for all of the session's.
    pub scope: Option<Vec<String>>,
    /// The resources that the session may be for, in all their spellings.
    pub resources: Vec<String>,
    /// Whether the session may be for no resource.
    pub is_own_audience: bool,
    /// The origin of the request (`RefreshOrigin`).
    pub refreshed_from: i64,
    /// The ids of the providers that the session may be of.
    pub providers: Arc<[String]>,
    /// The time of the last use after which the session is not idle.
    pub used_after: Timestamp,
    /// Whether the answer has the claims of the provider.
    pub with_claims: bool,
    /// The time of the request.
    pub now: Timestamp,
}

/// Rotations that share a statement.
pub struct Rotations;

impl Batch for Rotations {
    const NAME: &'static str = "refresh sessions";
    type Ask = RotateAsk;
    type Answer = SignedIn;

    fn row(ask: &RotateAsk) -> uuid::Uuid {
        ask.id.0
    }

    fn run(conn: &mut Conn, asks: &[RotateAsk]) -> QueryResult<Vec<(uuid::Uuid, SignedIn)>> {
        fn all<'a, T>(asks: &'a [RotateAsk], part: impl Fn(&'a RotateAsk) -> T) -> Vec<T> {
            asks.iter().map(part).collect()
        }
        let query = RotateAll {
            ids: &all(asks, |ask| ask.id),
            counters: &all(asks, |ask| ask.counter),
            steps: &all(asks, |ask| ask.step),
            client_ids: &all(asks, |ask| ask.client_id.as_str()),
            scopes: &all(asks, |ask| ask.scope.as_ref().map(|scope| scope.join(" "))),
            resources: &all(asks, |ask| ask.resources.join(" ")),
            own_audiences: &all(asks, |ask| ask.is_own_audience),
            origins: &all(asks, |ask| ask.refreshed_from),
            providers: &all(asks, |ask| ask.providers.join(" ")),
            used_after: &all(asks, |ask| ask.used_after),
            with_claims: &all(asks, |ask| ask.with_claims),
            times: &all(asks, |ask| ask.now),
        };
        let rotated = query.load::<SignedInRow>(conn)?.into_iter().map(SignedIn::from);
        let rotated: Vec<_> = rotated.map(|signed_in| (signed_in.session.id.0, signed_in)).collect();
        for (_, signed_in) in &rotated {
            note(conn, Change::User(signed_in.session.user));
        }
        Ok(rotated)
    }
}
