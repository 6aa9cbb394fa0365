//! Whom a verified e-mail address names, where it may name anyone.

use diesel::sql_types::{Array, Bool, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use super::linked::{self, Linked};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, UserId};
use crate::base::statement::statement;

/// Whom an address names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// Nobody, or not one alone.
    Nobody,
    /// This user.
    User(UserId),
    /// Somebody whom an administrator keeps out.
    Disabled,
}

statement! {
    // Two first logins of one address at two providers come one after the other, so that they are not two people.
    struct Lock<'a> { email: &'a str => Text }
    r#"SELECT pg_advisory_xact_lock(hashtextextended('email ' || lower({email} COLLATE "C"), 0))"#
}

statement! {
    struct Find<'a> { email: &'a str => Text, vouching: &'a [String] => Array<Text>, provider: &'a str => Text }
    r#"SELECT users.id, users.disabled_at IS NOT NULL AS disabled,
              EXISTS (SELECT FROM subs own WHERE own.user_id = users.id AND (own.provider = {provider}) IS TRUE) AS known_here
       FROM users
       WHERE users.id = ANY (ARRAY(
           SELECT subs.user_id FROM subs
           WHERE subs.email_verified AND lower(subs.email COLLATE "C") = lower({email} COLLATE "C")
             AND (subs.provider = ANY ({vouching})) IS TRUE
       ))
       ORDER BY users.id LIMIT 3 FOR NO KEY UPDATE OF users"#
}

#[derive(QueryableByName)]
struct Candidate {
    #[diesel(sql_type = Uuid)]
    id: UserId,
    #[diesel(sql_type = Bool)]
    disabled: bool,
    #[diesel(sql_type = Bool)]
    known_here: bool,
}

/// Whom the address names by the word of the providers `vouching`, for somebody new at `provider`; locked until the
/// transaction ends. Whoever has an identity there already is not meant: the address went to another person since.
pub fn named(conn: &mut Conn, email: &str, vouching: &[String], provider: &str) -> QueryResult<Named> {
    Lock { email }.execute(conn)?;
    let candidates: Vec<Candidate> = Find { email, vouching, provider }.load(conn)?;
    if candidates.iter().any(|candidate| candidate.disabled) {
        // Or else an address would be the way back in for whoever was shut out (AC-10).
        return Ok(Named::Disabled);
    }
    Ok(match candidates.as_slice() {
        [one] if !one.known_here => Named::User(one.id),
        _ => Named::Nobody,
    })
}

statement! {
    struct Join<'a> {
        sub_id: SubId => Uuid,
        provider: &'a str => Text,
        sub: &'a str => Text,
        user: UserId => Uuid,
        now: Timestamp => Timestamptz,
    }
    "INSERT INTO subs (id, provider, sub, user_id, claims, created_at, last_login_at)
     VALUES ({sub_id}, {provider}, {sub}, {user}, jsonb_build_object(), {now}, {now})
     ON CONFLICT (provider, sub) DO NOTHING"
}

/// Gives the user the identity. `false` where another login was first; then nothing was made.
pub fn join_by_email(
    conn: &mut Conn,
    user: UserId,
    provider: &str,
    sub: &str,
    reference: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    if (Join { sub_id: SubId::new(now), provider, sub, user, now }).execute(conn)? == 0 {
        return Ok(false);
    }
    let linked = Linked { user, session: None, provider, ip: None, reference, by: "verified_email" };
    linked::audit_link(conn, &linked, now)?;
    Ok(true)
}
