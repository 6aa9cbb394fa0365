//! Redeems a code with one statement. Only if it matches no row is the code read to find out why.

use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::schema::authorization_codes;
use crate::base::statement::statement;
use crate::session::{SignedIn, SignedInRow, session_rows, signed_in_columns};

/// The rows of `sessions` for the apps whose codes are redeemed, from the rows of `parent`: the browser's session with `scope` and
/// `target` of the code.
macro_rules! app_session_rows {
    (id $id:literal, client_id $client_id:literal, created_at $now:literal) => {
        session_rows!(
            from "parent p",
            id $id, user_id "p.user_id", sub_id "p.sub_id", provider "p.provider", client_id $client_id,
            parent_id "p.id", auth_time "p.auth_time", auth_time_vouched "p.auth_time_vouched",
            auth_time_assumed "p.auth_time_assumed", aal "p.aal", acr "p.acr", amr "p.amr", scopes "p.scope",
            resource "p.target", not_after "p.not_after", user_agent "p.user_agent", ip "p.ip",
            device_type "p.device_type", os "p.os", os_version "p.os_version", browser "p.browser",
            browser_version "p.browser_version", upstream_sid "p.upstream_sid", upstream_id_token "NULL",
            upstream_alg "p.upstream_alg", tag "NULL", asked_acr "NULL", created_at $now
        )
    };
}
pub(super) use app_session_rows;

/// The number of other live sessions that the app of session `s` has under the same browser's session.
macro_rules! others_of_app {
    () => {
        "(SELECT count(*) FROM sessions other
          WHERE other.parent_id = s.parent_id AND other.client_id = s.client_id AND other.ended_at IS NULL
            AND other.id <> s.id) AS others"
    };
}
pub(super) use others_of_app;

statement! {
    /// Redeems a code if everything matches, and inserts the app's session under the browser's.
    ///
    /// The browser's session is locked `FOR SHARE`, which serializes this insert with the ending of the browser's session: the
    /// ending sees an app's session that was inserted before it, and after it none is inserted and the code stays unused. Of
    /// concurrent redemptions the second waits for the row of the code, and then matches none. The app's session keeps the
    /// identity that it is made through (`sub_id`, `provider`, `upstream_sid`), also when it moves under another sign-in of the
    /// same user.
    pub struct Redeem<'a> {
        hash: &'a [u8] => Binary,
        client_id: &'a str => Text,
        redirect_uri: &'a str => Text,
        challenge: Option<&'a str> => Nullable<Text>,
        resources: &'a [String] => Array<Text>,
        is_own_audience: bool => Bool,
        most_wrong: i32 => Integer,
        session: SessionId => Uuid,
        providers: &'a [String] => Array<Text>,
        used_after: Timestamp => Timestamptz,
        with_claims: bool => Bool,
        now: Timestamp => Timestamptz,
    }
    concat!(
        "WITH found AS (
             SELECT p.*, code.scope, code.resource AS target, code.nonce
             FROM authorization_codes code JOIN sessions p ON p.id = ANY (ARRAY[code.session_id])
                  JOIN users ON users.id = ANY (ARRAY[p.user_id])
             WHERE code.hash = {hash} AND code.client_id = {client_id} AND code.redirect_uri = {redirect_uri}
               AND code.challenge IS NOT DISTINCT FROM {challenge}
               AND (code.resource = ANY ({resources}) OR code.resource IS NULL AND {is_own_audience})
               AND code.redeemed_at IS NULL AND (code.expires_at > {now}) IS TRUE AND code.wrong_verifiers < {most_wrong}
               AND p.ended_at IS NULL AND p.not_after > {now} AND p.last_activity_at > {used_after}
               AND (p.provider = ANY ({providers})) IS TRUE AND users.disabled_at IS NULL
             FOR SHARE OF p
         ), parent AS (
             UPDATE authorization_codes code SET redeemed_at = {now}, app_session_id = {session}
             FROM found
             WHERE code.hash = {hash} AND code.redeemed_at IS NULL AND code.wrong_verifiers < {most_wrong}
             RETURNING found.*
         ), app AS (
             ",
        app_session_rows!(id "{session}", client_id "{client_id}", created_at "{now}"),
        "
             RETURNING *
         )
         SELECT ", signed_in_columns!(claims_if "{with_claims}"), ", s.parent_id, parent.nonce, ", others_of_app!(), "
         FROM app s JOIN users u ON u.id = ANY (ARRAY[s.user_id]) CROSS JOIN parent"
    )
}

/// The row that the statement that redeems a code returns.
pub struct Redeemed {
    /// The new session of the app.
    pub signed_in: SignedIn,
    /// The `nonce` of the authorization request.
    pub nonce: Option<String>,
    /// The browser's session, which is its parent.
    pub parent: SessionId,
    /// The number of sessions that the app already had under it.
    pub others: i64,
}

#[derive(QueryableByName)]
pub(super) struct RedeemedRow {
    #[diesel(embed)]
    signed_in: SignedInRow,
    #[diesel(sql_type = Uuid)]
    parent_id: SessionId,
    #[diesel(sql_type = Nullable<Text>)]
    nonce: Option<String>,
    #[diesel(sql_type = BigInt)]
    others: i64,
}

impl From<RedeemedRow> for Redeemed {
    fn from(row: RedeemedRow) -> Self {
        let RedeemedRow { signed_in, nonce, parent_id: parent, others } = row;
        Self { signed_in: signed_in.into(), nonce, parent, others }
    }
}

/// Redeems the code if the statement matches.
pub fn redeem(conn: &mut Conn, redeem: Redeem<'_>) -> QueryResult<Option<Redeemed>> {
    let row: Option<RedeemedRow> = redeem.get_result(conn).optional()?;
    Ok(row.map(Redeemed::from))
}

statement! {
    struct RedeemedAs<'a> { hash: &'a [u8] => Binary, session: SessionId => Uuid, with_claims: bool => Bool }
    concat!(
        "SELECT ", signed_in_columns!(claims_if "{with_claims}"), ", s.parent_id, code.nonce, ", others_of_app!(), "
         FROM authorization_codes code JOIN sessions s ON s.id = ANY (ARRAY[code.app_session_id])
              JOIN users u ON u.id = ANY (ARRAY[s.user_id])
         WHERE code.hash = {hash} AND code.app_session_id = {session} AND s.ended_at IS NULL"
    )
}

/// What the redemption by that session gave, if it was committed and the session is live: the answer to the statement may have
/// been lost.
pub fn redeemed_as(
    conn: &mut Conn,
    hash: &[u8],
    session: SessionId,
    with_claims: bool,
) -> QueryResult<Option<Redeemed>> {
    let row: Option<RedeemedRow> = RedeemedAs { hash, session, with_claims }.get_result(conn).optional()?;
    Ok(row.map(Redeemed::from))
}

#[derive(QueryableByName)]
struct Surplus {
    #[diesel(sql_type = Uuid)]
    id: SessionId,
}

statement! {
    struct Oldest<'a> { parent: SessionId => Uuid, client_id: &'a str => Text, most: i64 => BigInt }
    "SELECT id FROM sessions WHERE parent_id = {parent} AND client_id = {client_id} AND ended_at IS NULL
     ORDER BY created_at, id LIMIT {most}"
}

/// Up to `most` of the oldest sessions of an app under a browser's.
pub fn oldest(conn: &mut Conn, parent: SessionId, client_id: &str, most: i64) -> QueryResult<Vec<SessionId>> {
    let found: Vec<Surplus> = Oldest { parent, client_id, most }.load(conn)?;
    Ok(found.into_iter().map(|surplus| surplus.id).collect())
}

/// The row of a code that was not redeemed, locked until the transaction ends.
#[derive(QueryableByName)]
#[diesel(table_name = authorization_codes)]
pub struct Spent {
    /// The client that it was issued to.
    pub client_id: String,
    /// The redirect URI that it was sent to.
    pub redirect_uri: String,
    /// The `code_challenge` (S256) of the authorization request.
    pub challenge: Option<String>,
    /// The resource of the authorization request (RFC 8707); `None` for the client's own audience.
    #[diesel(sql_type = Nullable<Text>)]
    pub resource: Option<String>,
    /// The number of wrong verifiers so far.
    pub wrong_verifiers: i32,
    /// When it was redeemed; `None` if it was not.
    pub redeemed_at: Option<Timestamp>,
    /// The app's session that it gave.
    pub app_session_id: Option<SessionId>,
    /// The time of its expiry.
    pub expires_at: Timestamp,
}

statement! {
    struct Lock<'a> { hash: &'a [u8] => Binary }
    "SELECT client_id, redirect_uri, challenge, resource, wrong_verifiers, redeemed_at, app_session_id, expires_at
     FROM authorization_codes WHERE hash = {hash} FOR UPDATE"
}

/// Finds and locks the code with that hash, also a redeemed or expired one.
pub fn spent(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<Spent>> {
    Lock { hash }.get_result(conn).optional()
}

statement! {
    struct CountWrong<'a> { hash: &'a [u8] => Binary, by: i64 => BigInt }
    "UPDATE authorization_codes SET wrong_verifiers = wrong_verifiers + {by}::integer WHERE hash = {hash}"
}

/// Counts a wrong verifier.
pub fn count_wrong_verifier(conn: &mut Conn, hash: &[u8]) -> QueryResult<()> {
    CountWrong { hash, by: 1 }.execute(conn).map(|_| ())
}
