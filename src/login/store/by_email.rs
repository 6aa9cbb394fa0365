//! Finds the user with a verified e-mail address, for linking by e-mail.

use diesel::sql_types::{Array, Bool, Text, Timestamptz, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use super::linked::{self, Linked};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SubId, UserId};
use crate::base::statement::statement;

/// The result of the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// No user has the address, or several do.
    Nobody,
    /// One user has the address.
    User(UserId),
    /// A disabled user has the address.
    Disabled,
}

statement! {
    // Serializes two first logins with one address at two providers, which would otherwise create two users.
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

/// Finds and locks the user with this verified address at one of the providers `vouching`, for a new identity at `provider`.
/// A user with an identity at `provider` is excluded: the address has passed to another person.
pub fn named(conn: &mut Conn, email: &str, vouching: &[String], provider: &str) -> QueryResult<Named> {
    Lock { email }.execute(conn)?;
    let candidates: Vec<Candidate> = Find { email, vouching, provider }.load(conn)?;
    if candidates.iter().any(|candidate| candidate.disabled) {
        // Otherwise a disabled user could sign in through another provider with the same address (AC-10).
        return Ok(Named::Disabled);
    }
    Ok(match candidates.as_slice() {
        [one] if !one.known_here => Named::User(one.id),
        _ => Named::Nobody,
    })
}

statement! {
    struct Link<'a> {
        sub_id: SubId => Uuid,
        provider: &'a str => Text,
        issuer: &'a str => Text,
        sub: &'a str => Text,
        user: UserId => Uuid,
        now: Timestamp => Timestamptz,
    }
    "INSERT INTO subs (id, provider, sub, user_id, claims, created_at, last_login_at)
     SELECT {sub_id}, {provider}, {sub}, {user}, jsonb_build_object(), {now}, {now}
     WHERE NOT EXISTS (SELECT FROM providers WHERE id = {provider} AND issuer <> {issuer})
     ON CONFLICT (provider, sub) DO NOTHING"
}

/// Links the identity to the user. `false` if a concurrent login stored it first; nothing was written then.
pub fn link_by_email(
    conn: &mut Conn,
    user: UserId,
    (provider, issuer): (&str, &str),
    sub: &str,
    reference: &str,
    now: Timestamp,
) -> QueryResult<bool> {
    if (Link { sub_id: SubId::new(now), provider, issuer, sub, user, now }).execute(conn)? == 0 {
        return Ok(false);
    }
    let linked = Linked { user, session: None, provider, ip: None, reference, by: "verified_email" };
    linked::audit_link(conn, &linked, now)?;
    Ok(true)
}
