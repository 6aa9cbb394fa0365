//! Looking up users, for administrators.

use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::account::record::{Identity, Record};
use crate::account::user::Profile;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, with_every_plan};
use crate::base::id::{SubId, UserId};
use crate::base::statement::statement;

#[derive(QueryableByName)]
struct UserRow {
    #[diesel(sql_type = Uuid)]
    id: UserId,
    #[diesel(sql_type = Nullable<Text>)]
    email: Option<String>,
    #[diesel(sql_type = Bool)]
    email_verified: bool,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    preferred_username: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    picture: Option<String>,
    #[diesel(sql_type = Array<Text>)]
    groups: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    disabled_at: Option<Timestamp>,
    #[diesel(sql_type = Timestamptz)]
    created_at: Timestamp,
    #[diesel(sql_type = Timestamptz)]
    updated_at: Timestamp,
}

macro_rules! users {
    ($which:literal) => {
        concat!(
            "SELECT id, email, email_verified, name, preferred_username, picture, groups, disabled_at, created_at,
                    updated_at
             FROM users WHERE ",
            $which
        )
    };
}

statement! {
    struct FindUser { id: UserId => Uuid }
    users!("id = {id}")
}

statement! {
    struct FindByEmail<'a> { email: &'a str => Text, limit: i64 => BigInt }
    users!("lower(email) = lower({email}) ORDER BY id LIMIT {limit}")
}

statement! {
    struct SearchUsers<'a> { words: &'a str => Text, before: UserId => Uuid, limit: i64 => BigInt }
    // `strpos` has no wildcard characters (IN-14). An empty text is found in every user.
    users!(
        "id < {before}
         AND (strpos(lower(coalesce(email, '')), lower({words})) > 0
              OR strpos(lower(coalesce(name, '')), lower({words})) > 0
              OR strpos(lower(coalesce(preferred_username, '')), lower({words})) > 0)
         ORDER BY id DESC LIMIT {limit}"
    )
}

statement! {
    struct Identities { user: UserId => Uuid }
    "SELECT id, provider, sub, email, email_verified, created_at, last_login_at, unlink_at FROM subs
     WHERE user_id = {user} ORDER BY created_at, id"
}

/// The user with this id.
pub fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<Record>> {
    Ok(FindUser { id }.get_result::<UserRow>(conn).optional()?.map(record))
}

/// The users with this e-mail address, in any letter case, at most `limit`. There may be several: the address is what a
/// provider reported.
pub fn with_email(conn: &mut Conn, email: &str, limit: i64) -> QueryResult<Vec<Record>> {
    let rows: Vec<UserRow> = with_every_plan(conn, |conn| FindByEmail { email, limit }.load(conn))?;
    Ok(rows.into_iter().map(record).collect())
}

/// Users whose e-mail address, name or preferred name contains `words`, newest first: those older than `before`, at most
/// `limit`.
pub fn search(conn: &mut Conn, words: &str, before: Option<UserId>, limit: i64) -> QueryResult<Vec<Record>> {
    let before = before.unwrap_or(UserId(uuid::Uuid::max()));
    let rows: Vec<UserRow> = with_every_plan(conn, |conn| SearchUsers { words, before, limit }.load(conn))?;
    Ok(rows.into_iter().map(record).collect())
}

/// The identities of a user, oldest first.
pub fn identities(conn: &mut Conn, user: UserId) -> QueryResult<Vec<Identity>> {
    #[derive(QueryableByName)]
    struct SubRow {
        #[diesel(sql_type = Uuid)]
        id: SubId,
        #[diesel(sql_type = Text)]
        provider: String,
        #[diesel(sql_type = Text)]
        sub: String,
        #[diesel(sql_type = Nullable<Text>)]
        email: Option<String>,
        #[diesel(sql_type = Bool)]
        email_verified: bool,
        #[diesel(sql_type = Timestamptz)]
        created_at: Timestamp,
        #[diesel(sql_type = Timestamptz)]
        last_login_at: Timestamp,
        #[diesel(sql_type = Nullable<Timestamptz>)]
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
