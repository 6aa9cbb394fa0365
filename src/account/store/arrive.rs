//! Someone who signs in for the first time.

use diesel::sql_types::{Bool, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Instant;
use crate::base::db::Conn;
use crate::base::id::{SubId, UserId};
use crate::base::statement::statement;

/// Someone who signs in for the first time.
pub struct Arrival<'a> {
    /// The user to be.
    pub user: UserId,
    /// The provider's id.
    pub provider: &'a str,
    /// Who it is there.
    pub sub: &'a str,
    /// When.
    pub now: Instant,
}

statement! {
    struct IsKnown<'a> { provider: &'a str => Text, sub: &'a str => Text }
    "SELECT EXISTS (SELECT FROM subs WHERE provider = {provider} AND sub = {sub}) AS known"
}

/// Whether the pair `(provider, sub)` names somebody.
pub fn is_known(conn: &mut Conn, provider: &str, sub: &str) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Answer {
        #[diesel(sql_type = Bool)]
        known: bool,
    }
    Ok(IsKnown { provider, sub }.get_result::<Answer>(conn)?.known)
}

statement! {
    struct Create<'a> {
        user: UserId => Uuid,
        sub_id: SubId => Uuid,
        provider: &'a str => Text,
        sub: &'a str => Text,
        now: Instant => Timestamptz,
    }
    // The foreign key is checked at the end of the statement, so the sub may come first; where another login has it
    // already, the conflict waits for that login's end and then leaves no user without a sub behind.
    "WITH sub AS (
         INSERT INTO subs (id, provider, sub, user_id, claims, created_at, last_login_at)
         VALUES ({sub_id}, {provider}, {sub}, {user}, jsonb_build_object(), {now}, {now})
         ON CONFLICT (provider, sub) DO NOTHING
         RETURNING user_id
     )
     INSERT INTO users (id, created_at, updated_at) SELECT user_id, {now}, {now} FROM sub"
}

/// Makes a user for a new pair `(provider, sub)`. `false` where another login was first; then nothing was made.
pub fn create(conn: &mut Conn, arrival: &Arrival<'_>) -> QueryResult<bool> {
    let Arrival { user, provider, sub, now } = *arrival;
    Ok(Create { user, sub_id: SubId::new(now), provider, sub, now }.execute(conn)? == 1)
}
