//! Looking up users, for administrators.

use diesel::define_sql_function;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Uuid};

use crate::account::record::{Identity, Record};
use crate::account::user::Profile;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, with_every_plan};
use crate::base::id::{SubId, UserId};
use crate::base::schema::{subs, users};
use crate::base::statement::statement;

#[derive(Queryable, Selectable)]
#[diesel(table_name = users)]
struct UserRow {
    id: UserId,
    email: Option<String>,
    email_verified: bool,
    name: Option<String>,
    preferred_username: Option<String>,
    picture: Option<String>,
    groups: Vec<String>,
    disabled_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

define_sql_function! {
    /// In lower case, by the collation of the database.
    fn lower(text: Nullable<Text>) -> Nullable<Text>;
}

define_sql_function! {
    /// The place of a text in another, from 1; 0 if it is not there. It has no wildcard characters (IN-14).
    fn strpos(text: Nullable<Text>, part: Nullable<Text>) -> Nullable<Integer>;
}

statement! {
    struct Identities { user: UserId => Uuid }
    "SELECT id, provider, sub, email, email_verified, created_at, last_login_at, unlink_at FROM subs
     WHERE user_id = {user} ORDER BY created_at, id"
}

/// The user with this id.
pub fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<Record>> {
    Ok(users::table.find(id).select(UserRow::as_select()).first(conn).optional()?.map(record))
}

/// The users with these ids, in no order.
pub fn find_all(conn: &mut Conn, ids: &[UserId]) -> QueryResult<Vec<Record>> {
    let rows = users::table.filter(users::id.eq_any(ids)).select(UserRow::as_select()).load(conn)?;
    Ok(rows.into_iter().map(record).collect())
}

/// The users with this e-mail address, in any letter case, at most `limit`. There may be several: the address is what a
/// provider reported.
pub fn with_email(conn: &mut Conn, email: &str, limit: i64) -> QueryResult<Vec<Record>> {
    let found = users::table
        .filter(lower(users::email).eq(lower(email)))
        .order(users::id)
        .limit(limit)
        .select(UserRow::as_select());
    let rows = with_every_plan(conn, |conn| found.load(conn))?;
    Ok(rows.into_iter().map(record).collect())
}

/// Users whose e-mail address, name or preferred name contains `words`, newest first: those older than `before`, at most
/// `limit`.
pub fn search(conn: &mut Conn, words: &str, before: Option<UserId>, limit: i64) -> QueryResult<Vec<Record>> {
    let before = before.unwrap_or(UserId(uuid::Uuid::max()));
    let found = users::table
        .filter(users::id.lt(before))
        .order(users::id.desc())
        .limit(limit)
        .select(UserRow::as_select())
        .into_boxed();
    // A user without any of the three is found by no words.
    let found = if words.is_empty() {
        found
    } else {
        found.filter(
            strpos(lower(users::email), lower(words))
                .gt(0)
                .or(strpos(lower(users::name), lower(words)).gt(0))
                .or(strpos(lower(users::preferred_username), lower(words)).gt(0)),
        )
    };
    let rows = with_every_plan(conn, |conn| found.load(conn))?;
    Ok(rows.into_iter().map(record).collect())
}

/// The identities of a user, oldest first.
pub fn identities(conn: &mut Conn, user: UserId) -> QueryResult<Vec<Identity>> {
    #[derive(QueryableByName)]
    #[diesel(table_name = subs)]
    struct SubRow {
        id: SubId,
        provider: String,
        sub: String,
        email: Option<String>,
        email_verified: bool,
        created_at: Timestamp,
        last_login_at: Timestamp,
        unlink_at: Option<Timestamp>,
    }
    let identity = |SubRow { id, provider, sub, email, email_verified, created_at, last_login_at, unlink_at }| {
        Identity { id, provider, sub, email, email_verified, created_at, last_login_at, unlink_at }
    };
    Ok(Identities { user }.load::<SubRow>(conn)?.into_iter().map(identity).collect())
}

fn record(row: UserRow) -> Record {
    Record {
        sub: row.id,
        profile: Profile {
            email_verified: row.email.is_some().then_some(row.email_verified),
            email_assumed: false,
            email: row.email,
            name: row.name,
            preferred_username: row.preferred_username,
            picture: row.picture,
            groups: Some(row.groups).filter(|groups| !groups.is_empty()),
        },
        disabled_at: row.disabled_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
