//! Listing and ending the sessions of any user.

use uuid::Uuid;

use super::store::extend_statement_timeout;
use super::users::record_ends;
use crate::account;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError, in_transaction};
use crate::base::id::{SessionId, UserId};
use crate::session::{self, EndReason, Endings, Lifetime, Listed, Scope};

/// How many sessions of an app one statement reads.
const BATCH: i64 = 1000;
/// The most sessions of a user in one response; more than a user is expected to have.
const MAX_LISTED: i64 = 1000;

/// The sign-ins of a user, newest first. `None` if there is no such user.
pub async fn sessions(
    db: &Db,
    lifetime: Lifetime,
    user: UserId,
    now: Timestamp,
) -> Result<Option<Vec<Listed>>, DbError> {
    db.run("list sessions", move |conn| {
        let known = account::find(conn, user)?.is_some();
        if known { session::list(conn, user, lifetime, now, MAX_LISTED).map(Some) } else { Ok(None) }
    })
    .await
}

/// The newest sign-ins of all users, at most `most`; with a tag only those that have it.
pub async fn all_sessions(
    db: &Db,
    tag: Option<String>,
    lifetime: Lifetime,
    now: Timestamp,
    most: i64,
) -> Result<Vec<Listed>, DbError> {
    db.run("list sessions", move |conn| session::list_all(conn, tag.as_deref(), lifetime, now, most)).await
}

/// Ends every session of a user. Returns their number, as [`sessions`] lists them; `None` if there is no such user.
pub async fn end_sessions(db: &Db, endings: &Endings, user: UserId, now: Timestamp) -> Result<Option<usize>, DbError> {
    let (lifetime, ending) = (endings.lifetime(), endings.ending(EndReason::Admin, now));
    let act = move |conn: &mut Conn| {
        let known = account::find(conn, user)?.is_some();
        if known { session::end_listed(conn, user, None, lifetime, &ending).map(Some) } else { Ok(None) }
    };
    let dismissed = db.run("end sessions", act).await?;
    Ok(dismissed.map(|dismissed| {
        record_ends(endings, &dismissed.ended, EndReason::Admin);
        dismissed.count
    }))
}

/// The sessions of an app that have not ended.
pub async fn sessions_of_client(db: &Db, client_id: &str, now: Timestamp) -> Result<Vec<SessionId>, DbError> {
    let (mut all, mut after) = (Vec::new(), SessionId(Uuid::nil()));
    loop {
        let client_id = client_id.to_owned();
        let find = move |conn: &mut Conn| {
            in_transaction(conn, |conn| {
                extend_statement_timeout(conn)?;
                session::of_client(conn, &client_id, after, now, BATCH)
            })
        };
        let found = db.run("find sessions of client", find).await?;
        let Some(last) = found.last() else { return Ok(all) };
        after = *last;
        all.extend(found);
    }
}

/// Ends every session of an app, for each user. Returns their number.
pub async fn end_sessions_of_client(
    db: &Db,
    endings: &Endings,
    client_id: &str,
    now: Timestamp,
) -> Result<usize, DbError> {
    let mut count = 0;
    for id in sessions_of_client(db, client_id, now).await? {
        count += usize::from(end_session(db, endings, id, now).await?);
    }
    Ok(count)
}

/// Ends one session and the sessions of apps under it. `false` if there is none, or it has ended.
pub async fn end_session(db: &Db, endings: &Endings, id: SessionId, now: Timestamp) -> Result<bool, DbError> {
    let ending = endings.ending(EndReason::Admin, now);
    let act = move |conn: &mut Conn| session::end_where(conn, Scope::One(id), &ending);
    let ended = db.run("end session", act).await?;
    record_ends(endings, &ended, EndReason::Admin);
    Ok(!ended.is_empty())
}
