//! Creating a user at the first sign-in.

use diesel::sql_types::{Bool, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, UserId};
use crate::base::statement::statement;

/// A user to be created with a first identity.
pub struct NewUser<'a> {
    /// The id of the new user.
    pub user: UserId,
    /// The id of the provider.
    pub provider: &'a str,
    /// The `sub` at the provider.
    pub sub: &'a str,
    /// The time of the sign-in.
    pub now: Timestamp,
}

statement! {
    struct FindSub<'a> { provider: &'a str => Text, sub: &'a str => Text }
    "SELECT users.disabled_at IS NOT NULL AS disabled FROM subs JOIN users ON users.id = ANY (ARRAY[subs.user_id])
     WHERE subs.provider = {provider} AND subs.sub = {sub}"
}

/// Which user a pair `(provider, sub)` identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubStatus {
    /// The pair identifies no user.
    Unknown,
    /// A user who may sign in.
    Enabled,
    /// A user whom an administrator has disabled.
    Disabled,
}

/// Looks up the pair `(provider, sub)`.
pub fn sub_status(conn: &mut Conn, provider: &str, sub: &str) -> QueryResult<SubStatus> {
    #[derive(QueryableByName)]
    struct DisabledRow {
        #[diesel(sql_type = Bool)]
        disabled: bool,
    }
    let row = FindSub { provider, sub }.get_result::<DisabledRow>(conn).optional()?;
    Ok(row.map_or(SubStatus::Unknown, |row| if row.disabled { SubStatus::Disabled } else { SubStatus::Enabled }))
}

statement! {
    struct InsertUser<'a> {
        user: UserId => Uuid,
        sub_id: SubId => Uuid,
        provider: &'a str => Text,
        sub: &'a str => Text,
        now: Timestamp => Timestamptz,
    }
    // The foreign key is checked at the end of the statement, so the sub is inserted first: if a concurrent login inserts
    // the same pair, this one waits for it, and then creates no user without a sub.
    "WITH sub AS (
         INSERT INTO subs (id, provider, sub, user_id, claims, created_at, last_login_at)
         VALUES ({sub_id}, {provider}, {sub}, {user}, jsonb_build_object(), {now}, {now})
         ON CONFLICT (provider, sub) DO NOTHING
         RETURNING user_id
     )
     INSERT INTO users (id, created_at, updated_at) SELECT user_id, {now}, {now} FROM sub"
}

/// Creates a user for a new pair `(provider, sub)`. `false` if a concurrent login has created it; then nothing is written.
pub fn create(conn: &mut Conn, new: &NewUser<'_>) -> QueryResult<bool> {
    let NewUser { user, provider, sub, now } = *new;
    Ok(InsertUser { user, sub_id: SubId::new(now), provider, sub, now }.execute(conn)? == 1)
}
