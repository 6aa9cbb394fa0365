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

/// What a verified logout token names: the provider's `sid`, the `sub`, or both.
#[derive(Clone, Copy, Debug)]
pub struct LogoutTarget<'a> {
    /// The provider's id in the configuration.
    pub provider: &'a str,
    /// The `sid` of the logout token.
    pub sid: Option<&'a str>,
    /// The `sub` of the logout token.
    pub sub: Option<&'a str>,
    /// The `alg` of the logout token. It is compared with the algorithm of ID tokens. `None` if the configuration names
    /// the algorithms, and then nothing is compared.
    pub alg: Option<&'a str>,
    /// Whether the provider's metadata lists `alg` for ID tokens. If so, sessions without a stored `upstream_alg` end
    /// too.
    pub is_listed: bool,
}

/// SQL: whether the algorithm of the logout token may end session `s`. It may if it is `upstream_alg` of the session,
/// or the algorithm of the provider's newest ID token (`providers.id_token_alg`). For a session without `upstream_alg`,
/// every algorithm that the provider lists is accepted.
macro_rules! fits_algorithm {
    () => {
        "({alg}::text IS NULL OR s.upstream_alg = {alg} OR s.upstream_alg IS NULL AND {is_listed}
          OR EXISTS (SELECT FROM providers known WHERE known.id = {provider} AND known.id_token_alg = {alg}))"
    };
}

statement! {
    struct FindTargets<'a> {
        provider: &'a str => Text,
        sid: Option<&'a str> => Nullable<Text>,
        sub: Option<&'a str> => Nullable<Text>,
        alg: Option<&'a str> => Nullable<Text>,
        is_listed: bool => Bool,
    }
    // `sid` and `sub` have an index each. An app's session copies `provider`, `sub_id` and `upstream_sid` of its parent
    // when it is created, and keeps them when its parent changes. An app's session without `upstream_sid` ends with its
    // parent. Sessions that have reached the idle timeout are found too: apps' sessions under them may still be live.
    concat!("SELECT s.id, s.parent_id IS NOT NULL AS is_app, s.ended_at IS NOT NULL AS is_ended FROM sessions s
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
    struct CheckAlgorithm<'a> {
        provider: &'a str => Text,
        sid: Option<&'a str> => Nullable<Text>,
        sub: Option<&'a str> => Nullable<Text>,
        alg: Option<&'a str> => Nullable<Text>,
        is_listed: bool => Bool,
    }
    // Ended sessions are compared too, until the cleanup deletes them. If the token names no stored session, its
    // algorithm is compared with `providers.id_token_alg`; if that is not known either, `is_listed` decides.
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
struct AlgorithmCheck {
    #[diesel(sql_type = Bool)]
    fits: bool,
}

/// Whether the algorithm of a logout token is accepted: for one of the sessions that it names (`fits_algorithm!`), or,
/// if it names none, for the provider. `true` if `alg` is `None`.
pub fn fits_algorithm(conn: &mut Conn, target: LogoutTarget<'_>) -> QueryResult<bool> {
    let LogoutTarget { provider, sid, sub, alg, is_listed } = target;
    if alg.is_none() {
        return Ok(true);
    }
    Ok(CheckAlgorithm { provider, sid, sub, alg, is_listed }.get_result::<AlgorithmCheck>(conn)?.fits)
}

#[derive(QueryableByName)]
struct Target {
    #[diesel(sql_type = Uuid)]
    id: SessionId,
    #[diesel(sql_type = Bool)]
    is_app: bool,
    #[diesel(sql_type = Bool)]
    is_ended: bool,
}

statement! {
    struct LockTargets<'a> { ids: &'a [SessionId] => Array<Uuid> }
    locking!(
        "id = ANY ({ids} || ARRAY(SELECT app.id FROM sessions app WHERE app.parent_id = ANY ({ids})))
         AND (id = ANY ({ids}) OR parent_id = ANY ({ids}))"
    )
}

/// Ends the sign-ins that the logout token names, the apps' sessions under them, and the apps' sessions that were
/// created under them and have another parent now. Call it in a transaction. A session without `upstream_sid` may
/// belong to any session of the user at the provider, so it ends with each of them.
///
/// An app's session may be inserted and moved to another sign-in after the first query. Once the sign-ins are locked, no
/// more are inserted, and a second query finds all of them.
pub fn end_upstream(conn: &mut Conn, target: LogoutTarget<'_>, ending: &Ending) -> QueryResult<Vec<Ended>> {
    let LogoutTarget { provider, sid, sub, alg, is_listed } = target;
    let find = |conn: &mut Conn| FindTargets { provider, sid, sub, alg, is_listed }.load::<Target>(conn);
    let seen: Vec<SessionId> = find(conn)?.iter().map(|found| found.id).collect();
    if seen.is_empty() {
        return Ok(Vec::new());
    }
    let locked: Vec<Locked> = LockTargets { ids: &seen }.load(conn)?;
    let apps: Vec<Target> = find(conn)?.into_iter().filter(|found| found.is_app).collect();
    let apps_that = |is_ended: bool| apps.iter().filter(move |app| app.is_ended == is_ended).map(|app| app.id);
    let mut to_end: Vec<SessionId> = locked.iter().map(|row| row.id).chain(apps_that(false)).collect();
    to_end.sort_unstable();
    to_end.dedup();
    let ended = end_locked(conn, &to_end, ending)?;
    idle::notify(conn, &apps_that(true).collect::<Vec<_>>(), &ids(&ended), ending)?;
    Ok(ended)
}
