//! Stores the response of a form post with its login.

use diesel::sql_types::{Binary, Bool, SmallInt, Text, Timestamptz};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::secret::Hashed;
use crate::base::statement::statement;

/// How often a response is stored for one login. A person without an account can begin a login and post to it, and each post
/// writes some kilobytes.
const MAX_POSTS: i16 = 8;

/// The response, and the login that it belongs to.
pub struct Posted {
    pub provider: String,
    pub state: Hashed,
    /// The response, sealed for the provider and the `state`.
    pub sealed: Vec<u8>,
    pub now: Timestamp,
}

statement! {
    struct Keep<'a> {
        provider: &'a str => Text,
        state: &'a [u8] => Binary,
        sealed: &'a [u8] => Binary,
        most: i16 => SmallInt,
        now: Timestamp => Timestamptz,
    }
    // Asynchronous commit, as for a new login.
    "WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), kept AS (
         UPDATE authorization_sessions SET posted = {sealed}, posts = posts + 1 FROM hasty
         WHERE provider = {provider} AND state_hash = {state} AND flow = 'browser'
           AND (status = 'pending') IS TRUE AND claimed_at IS NULL AND (expires_at > {now}) IS TRUE AND posts < {most}
     )
     SELECT EXISTS (
         SELECT FROM authorization_sessions WHERE provider = {provider} AND state_hash = {state} AND flow = 'browser'
     ) AS known"
}

#[derive(QueryableByName)]
struct PostedRow {
    #[diesel(sql_type = Bool)]
    known: bool,
}

/// Stores the response while the login is pending; the last one of [`MAX_POSTS`] counts. `false` if there is no such login.
pub fn store_posted(conn: &mut Conn, posted: &Posted) -> QueryResult<bool> {
    let keep = Keep {
        provider: &posted.provider,
        state: posted.state.as_bytes(),
        sealed: &posted.sealed,
        most: MAX_POSTS,
        now: posted.now,
    };
    Ok(keep.get_result::<PostedRow>(conn)?.known)
}
