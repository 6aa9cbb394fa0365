//! Someone who signs in for the first time.

use diesel::sql_types::{Bool, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
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
    pub now: Timestamp,
}

statement! {
    struct Find<'a> { provider: &'a str => Text, sub: &'a str => Text }
    "SELECT users.disabled_at IS NOT NULL AS disabled FROM subs JOIN users ON users.id = subs.user_id
     WHERE subs.provider = {provider} AND subs.sub = {sub}"
}

/// What is known of a pair `(provider, sub)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// It names nobody.
    Stranger,
    /// It names a user who may enter.
    Enabled,
    /// It names a user whom an administrator keeps out.
    Disabled,
}

/// Whom the pair `(provider, sub)` names.
pub fn known(conn: &mut Conn, provider: &str, sub: &str) -> QueryResult<Known> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        disabled: bool,
    }
    let row = Find { provider, sub }.get_result::<Row>(conn).optional()?;
    Ok(row.map_or(Known::Stranger, |row| if row.disabled { Known::Disabled } else { Known::Enabled }))
}

statement! {
    struct Create<'a> {
        user: UserId => Uuid,
        sub_id: SubId => Uuid,
        provider: &'a str => Text,
        sub: &'a str => Text,
        now: Timestamp => Timestamptz,
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
