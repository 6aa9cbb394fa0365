//! Each action is one transaction. It locks the user's row first, so that a concurrent login either has created its session
//! before, which is then ended, or finds the user disabled.

use diesel::{QueryResult, RunQueryDsl, sql_query};

use super::actor::Actor;
use crate::account::{self, Record};
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, in_transaction};
use crate::base::id::{SessionId, UserId};
use crate::session::{self, Dismissed, EndReason, Endings};
use crate::vault;

/// The result of disabling a user.
pub struct Disabled {
    pub record: Record,
    pub dismissed: Dismissed,
    /// Whether the user was enabled before.
    pub changed: bool,
}

/// The result of a deletion that the user asked for.
pub enum OwnDeletion {
    /// The user was deleted; with the sessions that ended.
    Deleted(Dismissed),
    /// The user had been deleted before.
    Gone,
    /// The session had ended before; nothing was deleted.
    SessionEnded,
    /// The user was disabled before; nothing was deleted.
    Disabled,
}

/// Disables a user and ends every session. `None` if there is no such user.
pub fn disable(
    conn: &mut Conn,
    user: UserId,
    endings: &Endings,
    by: Actor,
    now: Timestamp,
) -> QueryResult<Option<Disabled>> {
    in_transaction(conn, |conn| {
        if !account::lock(conn, user)? {
            return Ok(None);
        }
        extend_statement_timeout(conn)?;
        let changed = account::disable(conn, user, &by.detail(), now)?;
        let dismissed =
            session::end_listed(conn, user, None, endings.lifetime(), &endings.ending(EndReason::UserDisabled, now))?;
        vault::revoke_all(conn, user, now)?;
        Ok(account::find(conn, user)?.map(|record| Disabled { record, dismissed, changed }))
    })
}

/// Ends every session of a user and deletes the user. `None` if there is no such user.
pub fn delete(
    conn: &mut Conn,
    user: UserId,
    endings: &Endings,
    by: Actor,
    now: Timestamp,
) -> QueryResult<Option<Dismissed>> {
    in_transaction(conn, |conn| {
        if !account::lock(conn, user)? {
            return Ok(None);
        }
        delete_locked(conn, user, endings, by, now).map(Some)
    })
}

/// Deletes the user of a session as [`delete`] does, if the session is live and the user enabled once the row is locked.
pub fn delete_own(
    conn: &mut Conn,
    (user, session): (UserId, SessionId),
    endings: &Endings,
    by: Actor,
    now: Timestamp,
) -> QueryResult<OwnDeletion> {
    in_transaction(conn, |conn| {
        if !account::lock(conn, user)? {
            return Ok(OwnDeletion::Gone);
        }
        let found = session::find(conn, session)?.map(|found| found.session);
        match found.filter(|found| found.user == user && found.ended_at.is_none()) {
            None => Ok(OwnDeletion::SessionEnded),
            Some(found) if found.user_disabled => Ok(OwnDeletion::Disabled),
            Some(_) => delete_locked(conn, user, endings, by, now).map(OwnDeletion::Deleted),
        }
    })
}

fn delete_locked(
    conn: &mut Conn,
    user: UserId,
    endings: &Endings,
    by: Actor,
    now: Timestamp,
) -> QueryResult<Dismissed> {
    extend_statement_timeout(conn)?;
    let ending = endings.ending(by.end_reason(), now);
    let dismissed = session::end_listed(conn, user, None, endings.lifetime(), &ending)?;
    vault::revoke_all(conn, user, now)?;
    account::delete(conn, user, (by.caller(), &by.detail()), now)?;
    Ok(dismissed)
}

/// Ending very many sessions may take longer than the statement timeout of the pool. The work is completed even if the
/// caller no longer waits for it.
pub(super) fn extend_statement_timeout(conn: &mut Conn) -> QueryResult<()> {
    sql_query("SET LOCAL statement_timeout = '60s'").execute(conn).map(|_| ())
}

/// Enables a user; the flag says whether the user was disabled before. `None` if there is no such user.
pub fn enable(conn: &mut Conn, user: UserId, by: Actor, now: Timestamp) -> QueryResult<Option<(Record, bool)>> {
    in_transaction(conn, |conn| {
        let changed = account::enable(conn, user, &by.detail(), now)?;
        Ok(account::find(conn, user)?.map(|record| (record, changed)))
    })
}
