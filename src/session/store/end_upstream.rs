//! The end of sessions that a provider ended on its side.

use diesel::sql_types::{Array, Nullable, Text, Uuid};
use diesel::{QueryResult, RunQueryDsl};

use super::end::{Ended, Locked, end_locked, locking};
use crate::base::db::Conn;
use crate::base::id::SessionId;
use crate::base::statement::statement;
use crate::session::ending::Ending;

/// What a provider calls the sessions that it ended: by its `sid`, by its `sub`, or by both.
#[derive(Clone, Copy, Debug)]
pub struct Upstream<'a> {
    /// The provider's id here.
    pub provider: &'a str,
    /// Its session id.
    pub sid: Option<&'a str>,
    /// Who it is there.
    pub sub: Option<&'a str>,
}

statement! {
    struct Find<'a> {
        provider: &'a str => Text,
        sid: Option<&'a str> => Nullable<Text>,
        sub: Option<&'a str> => Nullable<Text>,
    }
    // The two ways in have an index each. Under a sign-in that merely idled out, apps may live on.
    "SELECT s.id FROM sessions s
     WHERE s.provider = {provider} AND s.upstream_sid = {sid} AND s.parent_id IS NULL
       AND (s.ended_at IS NULL OR s.ended_reason = 'idle')
       AND ({sub}::text IS NULL OR s.sub_id IS NULL
            OR s.sub_id = (SELECT id FROM subs WHERE provider = {provider} AND sub = {sub}))
     UNION
     SELECT s.id FROM subs JOIN sessions s ON s.user_id = subs.user_id AND s.sub_id = subs.id
     WHERE subs.provider = {provider} AND subs.sub = {sub} AND s.parent_id IS NULL
       AND (s.ended_at IS NULL OR s.ended_reason = 'idle')
       AND ({sid}::text IS NULL OR s.upstream_sid IS NULL)"
}

statement! {
    struct Lock<'a> { ids: &'a [SessionId] => Array<Uuid> }
    locking!("(id = ANY ({ids}) OR parent_id = ANY ({ids}))")
}

/// Ends the sign-ins that the provider means and the apps under them. To be called in a transaction. A sign-in without a
/// `sid` of the provider's may be any of its sessions of that person: it ends with each of them.
pub fn end_upstream(conn: &mut Conn, upstream: Upstream<'_>, ending: &Ending) -> QueryResult<Vec<Ended>> {
    let Upstream { provider, sid, sub } = upstream;
    let ids = |rows: Vec<Locked>| rows.into_iter().map(|row| row.id).collect::<Vec<_>>();
    let found = ids(Find { provider, sid, sub }.load(conn)?);
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let locked = ids(Lock { ids: &found }.load(conn)?);
    end_locked(conn, &locked, ending)
}
