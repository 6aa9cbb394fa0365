//! Redeems several codes in one statement.

use std::sync::Arc;

use diesel::sql_types::{Array, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use super::redeem::{Redeemed, RedeemedRow, app_session_rows, others_of_app};
use crate::base::clock::Timestamp;
use crate::base::db::{Batch, Conn};
use crate::base::id::SessionId;
use crate::base::secret::Hashed;
use crate::base::statement::statement;
use crate::session::{session_rows, signed_in_columns};

statement! {
    // The conditions are those of `Redeem`, which is for one code. A code, a session or a user that another transaction has locked is
    // left out, so that it delays no other. The check of the foreign key on the identity can wait for a lock, but not longer than
    // `lock_timeout`. A code that occurs twice is redeemed once. The sessions of an app that begin in the same statement do not count
    // as others of each other; the next code counts them.
    struct RedeemAll<'a> {
        hashes: &'a [&'a [u8]] => Array<Binary>,
        client_ids: &'a [&'a str] => Array<Text>,
        redirect_uris: &'a [&'a str] => Array<Text>,
        challenges: &'a [Option<&'a str>] => Array<Nullable<Text>>,
        resources: &'a [String] => Array<Text>,
        own_audiences: &'a [bool] => Array<Bool>,
        most_wrong: &'a [i32] => Array<Integer>,
        sessions: &'a [SessionId] => Array<Uuid>,
        providers: &'a [String] => Array<Text>,
        used_after: &'a [Timestamp] => Array<Timestamptz>,
        with_claims: &'a [bool] => Array<Bool>,
        times: &'a [Timestamp] => Array<Timestamptz>,
    }
    concat!(
        "WITH lock_wait AS MATERIALIZED (SELECT set_config('lock_timeout', '100ms', true)), found AS MATERIALIZED (
             SELECT p.*, code.hash, code.scope, code.resource AS target, code.nonce, a.session AS app_session,
                    a.client_id AS app_client, a.with_claims, a.now
             FROM lock_wait, unnest({hashes}, {client_ids}, {redirect_uris}, {challenges}, {resources}, {own_audiences}, {most_wrong},
                         {sessions}, {providers}, {used_after}, {with_claims}, {times})
                      AS a (hash, client_id, redirect_uri, challenge, resources, is_own_audience, most_wrong, session,
                            providers, used_after, with_claims, now)
                  JOIN authorization_codes code ON code.hash = ANY (ARRAY[a.hash])
                  JOIN sessions p ON p.id = ANY (ARRAY[code.session_id])
                  JOIN users ON users.id = ANY (ARRAY[p.user_id])
             WHERE code.client_id = a.client_id AND code.redirect_uri = a.redirect_uri
               AND code.challenge IS NOT DISTINCT FROM a.challenge
               AND (code.resource = ANY (string_to_array(a.resources, ' ')) OR code.resource IS NULL AND a.is_own_audience)
               AND code.redeemed_at IS NULL AND (code.expires_at > a.now) IS TRUE AND code.wrong_verifiers < a.most_wrong
               AND p.ended_at IS NULL AND p.not_after > a.now AND p.last_activity_at > a.used_after
               AND (p.provider = ANY (string_to_array(a.providers, ' '))) IS TRUE AND users.disabled_at IS NULL
             FOR NO KEY UPDATE OF code SKIP LOCKED FOR SHARE OF p SKIP LOCKED FOR KEY SHARE OF users SKIP LOCKED
         ), parent AS (
             UPDATE authorization_codes code SET redeemed_at = found.now, app_session_id = found.app_session
             FROM found WHERE code.hash = ANY (ARRAY[found.hash])
             RETURNING found.*
         ), app AS (
             ",
        app_session_rows!(id "p.app_session", client_id "p.app_client", created_at "p.now"),
        "
             RETURNING *
         )
         SELECT ", signed_in_columns!(claims_if "parent.with_claims"), ", s.parent_id, parent.nonce, ", others_of_app!(), "
         FROM app s JOIN parent ON parent.app_session = s.id JOIN users u ON u.id = ANY (ARRAY[s.user_id])"
    )
}

/// The values of one redemption (`Redeem`).
pub struct RedeemAsk {
    /// The hash of the code.
    pub hash: Hashed,
    /// The id of the client.
    pub client_id: String,
    /// The `redirect_uri` of the token request.
    pub redirect_uri: String,
    /// The challenge of the `code_verifier`.
    pub challenge: Option<String>,
    /// The resources that the authorization request may have been for, in all their spellings.
    pub resources: Vec<String>,
    /// Whether the authorization request may have been for no resource.
    pub is_own_audience: bool,
    /// The number of wrong verifiers that makes a code worthless.
    pub most_wrong: i32,
    /// The id of the app's new session.
    pub session: SessionId,
    /// The ids of the providers that the browser's session may be of.
    pub providers: Arc<[String]>,
    /// The time of the last use after which the browser's session is not idle.
    pub used_after: Timestamp,
    /// Whether the answer has the claims of the provider.
    pub with_claims: bool,
    /// The time of the request.
    pub now: Timestamp,
}

/// Redemptions that share a statement.
pub struct Redemptions;

impl Batch for Redemptions {
    const NAME: &'static str = "redeem codes";
    type Ask = RedeemAsk;
    type Answer = Redeemed;

    fn row(ask: &RedeemAsk) -> uuid::Uuid {
        ask.session.0
    }

    fn run(conn: &mut Conn, asks: &[RedeemAsk]) -> QueryResult<Vec<(uuid::Uuid, Redeemed)>> {
        fn all<'a, T>(asks: &'a [RedeemAsk], part: impl Fn(&'a RedeemAsk) -> T) -> Vec<T> {
            asks.iter().map(part).collect()
        }
        let query = RedeemAll {
            hashes: &all(asks, |ask| ask.hash.as_bytes()),
            client_ids: &all(asks, |ask| ask.client_id.as_str()),
            redirect_uris: &all(asks, |ask| ask.redirect_uri.as_str()),
            challenges: &all(asks, |ask| ask.challenge.as_deref()),
            resources: &all(asks, |ask| ask.resources.join(" ")),
            own_audiences: &all(asks, |ask| ask.is_own_audience),
            most_wrong: &all(asks, |ask| ask.most_wrong),
            sessions: &all(asks, |ask| ask.session),
            providers: &all(asks, |ask| ask.providers.join(" ")),
            used_after: &all(asks, |ask| ask.used_after),
            with_claims: &all(asks, |ask| ask.with_claims),
            times: &all(asks, |ask| ask.now),
        };
        let rows = query.load::<RedeemedRow>(conn)?.into_iter().map(Redeemed::from);
        Ok(rows.map(|redeemed| (redeemed.signed_in.session.id.0, redeemed)).collect())
    }
}
