//! Users, looked up by those who run the gateway.

use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid};
use diesel::{OptionalExtension, QueryResult, QueryableByName, RunQueryDsl};

use crate::account::record::{Identity, Record};
use crate::account::user::Profile;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, UserId};
use crate::base::statement::statement;

#[derive(QueryableByName)]
struct Row {
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
    struct Find { id: UserId => Uuid }
    users!("id = {id}")
}

statement! {
    struct WithEmail<'a> { email: &'a str => Text, most: i64 => BigInt }
    users!("lower(email) = lower({email}) ORDER BY id LIMIT {most}")
}

statement! {
    struct Search<'a> { words: &'a str => Text, before: UserId => Uuid, most: i64 => BigInt }
    // Looked for as it stands: no character of it means anything (IN-14). What is empty is found everywhere.
    users!(
        "id < {before}
         AND (strpos(lower(coalesce(email, '')), lower({words})) > 0
              OR strpos(lower(coalesce(name, '')), lower({words})) > 0
              OR strpos(lower(coalesce(preferred_username, '')), lower({words})) > 0)
         ORDER BY id DESC LIMIT {most}"
    )
}

statement! {
    struct Identities { user: UserId => Uuid }
    "SELECT id, provider, sub, email, email_verified, created_at, last_login_at FROM subs WHERE user_id = {user} ORDER BY id"
}

/// The user of that id.
pub fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<Record>> {
    Ok(Find { id }.get_result::<Row>(conn).optional()?.map(record))
}

/// The users with that e-mail address, in any letter case: it is what a provider said, so there may be several. At most
/// `most`.
pub fn with_email(conn: &mut Conn, email: &str, most: i64) -> QueryResult<Vec<Record>> {
    Ok(WithEmail { email, most }.load::<Row>(conn)?.into_iter().map(record).collect())
}

/// Users in whose e-mail address, name or preferred name the words stand, newest first: those before `before`, at most
/// `most`.
pub fn search(conn: &mut Conn, words: &str, before: Option<UserId>, most: i64) -> QueryResult<Vec<Record>> {
    let before = before.unwrap_or(UserId(uuid::Uuid::max()));
    Ok(Search { words, before, most }.load::<Row>(conn)?.into_iter().map(record).collect())
}

/// By what a user is known, oldest first.
pub fn identities(conn: &mut Conn, user: UserId) -> QueryResult<Vec<Identity>> {
    #[derive(QueryableByName)]
    struct Row {
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
    }
    let identity = |Row { id, provider, sub, email, email_verified, created_at, last_login_at }| Identity {
        id,
        provider,
        sub,
        email,
        email_verified,
        created_at,
        last_login_at,
    };
    Ok(Identities { user }.load::<Row>(conn)?.into_iter().map(identity).collect())
}

fn record(row: Row) -> Record {
    Record {
        sub: row.id,
        profile: Profile {
            email: row.email,
            email_verified: row.email_verified,
            name: row.name,
            preferred_username: row.preferred_username,
            picture: row.picture,
            groups: row.groups,
        },
        disabled_at: row.disabled_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}
