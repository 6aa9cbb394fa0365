//! Creating a user at the first sign-in.

use diesel::sql_types::{Bool, Nullable, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

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
    /// The issuer of the provider's identities, by the configuration.
    pub issuer: &'a str,
    /// The `sub` at the provider.
    pub sub: &'a str,
    /// The time of the sign-in.
    pub now: Timestamp,
}

statement! {
    struct FindSub<'a> { provider: &'a str => Text, issuer: &'a str => Text, sub: &'a str => Text }
    "SELECT (SELECT users.disabled_at IS NOT NULL FROM subs JOIN users ON users.id = ANY (ARRAY[subs.user_id])
             WHERE subs.provider = {provider} AND subs.sub = {sub}) AS disabled,
            (SELECT issuer FROM providers WHERE id = {provider} AND issuer <> {issuer}) AS other_issuer"
}

/// The user that a pair `(provider, sub)` identifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubStatus {
    /// The stored identities of the provider are of this other issuer, at which the same `sub` may be another person.
    OtherIssuer(String),
    /// The pair identifies no user.
    Unknown,
    /// A user who may sign in.
    Enabled,
    /// A user whom an administrator has disabled.
    Disabled,
}

/// Looks up the pair `(provider, sub)` at this issuer.
pub fn sub_status(conn: &mut Conn, provider: &str, issuer: &str, sub: &str) -> QueryResult<SubStatus> {
    #[derive(QueryableByName)]
    struct StatusRow {
        #[diesel(sql_type = Nullable<Bool>)]
        disabled: Option<bool>,
        #[diesel(sql_type = Nullable<Text>)]
        other_issuer: Option<String>,
    }
    let row: StatusRow = FindSub { provider, issuer, sub }.get_result(conn)?;
    Ok(match (row.other_issuer, row.disabled) {
        (Some(other), _) => SubStatus::OtherIssuer(other),
        (None, None) => SubStatus::Unknown,
        (None, Some(true)) => SubStatus::Disabled,
        (None, Some(false)) => SubStatus::Enabled,
    })
}

statement! {
    struct InsertUser<'a> {
        user: UserId => Uuid,
        sub_id: SubId => Uuid,
        provider: &'a str => Text,
        issuer: &'a str => Text,
        sub: &'a str => Text,
        now: Timestamp => Timestamptz,
    }
    // The foreign key is checked at the end of the statement, so the sub is inserted first: if a concurrent login inserts
    // the same pair, this one waits for it, and then creates no user without a sub.
    "WITH sub AS (
         INSERT INTO subs (id, provider, sub, user_id, claims, created_at, last_login_at)
         SELECT {sub_id}, {provider}, {sub}, {user}, jsonb_build_object(), {now}, {now}
         WHERE NOT EXISTS (SELECT FROM providers WHERE id = {provider} AND issuer <> {issuer})
         ON CONFLICT (provider, sub) DO NOTHING
         RETURNING user_id
     )
     INSERT INTO users (id, created_at, updated_at) SELECT user_id, {now}, {now} FROM sub"
}

/// Creates a user for a new pair `(provider, sub)`. `false` if a concurrent login has created it, or the stored
/// identities of the provider are of another issuer; then nothing is written.
pub fn create(conn: &mut Conn, new: &NewUser<'_>) -> QueryResult<bool> {
    let NewUser { user, provider, issuer, sub, now } = *new;
    Ok(InsertUser { user, sub_id: SubId::new(now), provider, issuer, sub, now }.execute(conn)? == 1)
}
