//! Ends the sessions that a provider has ended on its side.

use diesel::sql_types::{Array, Bool, Nullable, Text, Uuid};
use diesel::{QueryResult, QueryableByName, RunQueryDsl};

use super::end::{Locked, end_locked, ids, locking};
use super::ended::Ended;
use super::idle;
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::ending::Ending;

/// The sessions that a provider ended, named by its `sid`, its `sub`, or both.
#[derive(Clone, Copy, Debug)]
pub struct Upstream<'a> {
    /// The provider's id in the configuration.
    pub provider: &'a str,
    /// The `sid` of the logout token.
    pub sid: Option<&'a str>,
    /// The `sub` of the logout token.
    pub sub: Option<&'a str>,
    /// The `alg` of the logout token, with which that of the ID tokens is compared; `None`: not compared.
    pub alg: Option<&'a str>,
    /// Whether sessions without the algorithm of their ID token end too.
    pub is_listed: bool,
}

/// SQL: whether the logout token ends the session `s` by its algorithm: that of the session's ID token or that of the provider's
/// newest one, and for a session from before it was stored, any that the provider lists.
macro_rules! fits_algorithm {
    () => {
        "({alg}::text IS NULL OR s.upstream_alg = {alg} OR s.upstream_alg IS NULL AND {is_listed}
          OR EXISTS (SELECT FROM providers known WHERE known.id = {provider} AND known.id_token_alg = {alg}))"
    };
}

statement! {
    struct Find<'a> {
        provider: &'a str => Text,
        sid: Option<&'a str> => Nullable<Text>,
        sub: Option<&'a str> => Nullable<Text>,
        alg: Option<&'a str> => Nullable<Text>,
        is_listed: bool => Bool,
    }
    // `sid` and `sub` have an index each. An app's session has the identity of the sign-in that it was made under, and
    // keeps it when it moves to another one. One from before the `sid` was stored has none and ends with its sign-in.
    // A sign-in that idled out may still have live apps' sessions.
    concat!("SELECT s.id, s.parent_id IS NOT NULL AS is_app, s.ended_at IS NOT NULL AS is_over FROM sessions s
     WHERE s.provider = {provider} AND s.upstream_sid = {sid} AND ", fits_algorithm!(), "
       AND (s.ended_at IS NULL OR s.ended_reason = 'idle')
       AND ({sub}::text IS NULL OR s.sub_id IS NULL
            OR s.sub_id = (SELECT id FROM subs WHERE provider = {provider} AND sub = {sub}))
     UNION
     SELECT s.id, s.parent_id IS NOT NULL, s.ended_at IS NOT NULL
     FROM sessions s
     WHERE s.sub_id = (SELECT id FROM subs WHERE provider = {provider} AND sub = {sub})
       AND ", fits_algorithm!(), "
       AND (s.ended_at IS NULL OR s.ended_reason = 'idle')
       AND ({sid}::text IS NULL OR s.upstream_sid IS NULL AND NOT EXISTS (
                SELECT FROM sessions parent
                WHERE parent.id = ANY (ARRAY[s.parent_id]) AND (parent.sub_id = s.sub_id) IS TRUE
                  AND (parent.upstream_sid IS NOT NULL) IS TRUE
            ))")
}

statement! {
    struct Judge<'a> {
        provider: &'a str => Text,
        sid: Option<&'a str> => Nullable<Text>,
        sub: Option<&'a str> => Nullable<Text>,
        alg: Option<&'a str> => Nullable<Text>,
        is_listed: bool => Bool,
    }
    // Ended sessions are compared too, as long as they are kept. Without any session, the provider's newest ID token decides.
    concat!("WITH named AS MATERIALIZED (
         SELECT ", fits_algorithm!(), " AS fits FROM sessions s WHERE s.provider = {provider} AND s.upstream_sid = {sid}
         UNION ALL
         SELECT ", fits_algorithm!(), " FROM sessions s
         WHERE s.sub_id = (SELECT id FROM subs WHERE provider = {provider} AND sub = {sub})
           AND ({sid}::text IS NULL OR s.upstream_sid IS NULL)
     )
     SELECT COALESCE((SELECT bool_or(fits) FROM named), (
                SELECT CASE WHEN id_token_alg IS NULL THEN {is_listed} ELSE id_token_alg = {alg} END
                FROM providers WHERE id = {provider}
            ), {is_listed}) AS fits")
}

#[derive(QueryableByName)]
struct Judged {
    #[diesel(sql_type = Bool)]
    fits: bool,
}

/// Whether the algorithm of a logout token is that of a session that it names, or of the provider's newest ID token.
pub fn fits_algorithm(conn: &mut Conn, upstream: Upstream<'_>) -> QueryResult<bool> {
    let Upstream { provider, sid, sub, alg, is_listed } = upstream;
    if alg.is_none() {
        return Ok(true);
    }
    Ok(Judge { provider, sid, sub, alg, is_listed }.get_result::<Judged>(conn)?.fits)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Uuid)]
    id: SessionId,
    #[diesel(sql_type = Bool)]
    is_app: bool,
    #[diesel(sql_type = Bool)]
    is_over: bool,
}

statement! {
    struct Lock<'a> { ids: &'a [SessionId] => Array<Uuid> }
    locking!(
        "id = ANY ({ids} || ARRAY(SELECT app.id FROM sessions app WHERE app.parent_id = ANY ({ids})))
         AND (id = ANY ({ids}) OR parent_id = ANY ({ids}))"
    )
}

/// Ends the named sign-ins, the apps' sessions under them, and the apps' sessions that were made through them and have
/// moved to another sign-in. Call it in a transaction. A session without a `sid` of the provider can belong to any of the
/// provider's sessions of that person, so it ends with each of them.
///
/// An app's session may be inserted and moved to another sign-in after the first query. Once the sign-ins are locked, no
/// more are inserted, and a second query finds all of them.
pub fn end_upstream(conn: &mut Conn, upstream: Upstream<'_>, ending: &Ending) -> QueryResult<Vec<Ended>> {
    let Upstream { provider, sid, sub, alg, is_listed } = upstream;
    let find = |conn: &mut Conn| Find { provider, sid, sub, alg, is_listed }.load::<Found>(conn);
    let seen: Vec<SessionId> = find(conn)?.iter().map(|found| found.id).collect();
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let locked: Vec<Locked> = Lock { ids: &seen }.load(conn)?;
    let apps: Vec<Found> = find(conn)?.into_iter().filter(|found| found.is_app).collect();
    let of = |is_over: bool| apps.iter().filter(move |app| app.is_over == is_over).map(|app| app.id);
    let mut due: Vec<SessionId> = locked.iter().map(|row| row.id).chain(of(false)).collect();
    due.sort_unstable();
    due.dedup();
    let ended = end_locked(conn, &due, ending)?;
    idle::notify(conn, &of(true).collect::<Vec<_>>(), &ids(&ended), ending)?;
    Ok(ended)
}
