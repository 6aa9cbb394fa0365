//! Each act is one transaction. It takes the user's row first, where a login that comes at the same moment waits: it is
//! either there to be ended, or finds the user disabled.

use diesel::{Connection, QueryResult, RunQueryDsl, sql_query};

use super::by::By;
use crate::account::{self, Record};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::UserId;
use crate::session::{self, Dismissed, Endings};
use crate::vault;

/// A user who was disabled.
pub struct Disabled {
    pub record: Record,
    pub dismissed: Dismissed,
    /// Whether it was not so before.
    pub changed: bool,
}

/// Shuts a user out and ends every session. `None` where there is no such user.
pub fn disable(
    conn: &mut Conn,
    user: UserId,
    endings: &Endings,
    by: By,
    now: Timestamp,
) -> QueryResult<Option<Disabled>> {
    conn.transaction(|conn| {
        if !account::lock(conn, user)? {
            return Ok(None);
        }
        take_time(conn)?;
        let changed = account::disable(conn, user, &by.detail(), now)?;
        let dismissed =
            session::end_listed(conn, user, None, endings.lifetime(), &endings.ending("user_disabled", now))?;
        vault::revoke_all(conn, user, now)?;
        Ok(account::find(conn, user)?.map(|record| Disabled { record, dismissed, changed }))
    })
}

/// Ends every session of a user and removes the user. `None` where there is none.
pub fn delete(
    conn: &mut Conn,
    user: UserId,
    endings: &Endings,
    by: By,
    now: Timestamp,
) -> QueryResult<Option<Dismissed>> {
    conn.transaction(|conn| {
        if !account::lock(conn, user)? {
            return Ok(None);
        }
        take_time(conn)?;
        let dismissed = session::end_listed(conn, user, None, endings.lifetime(), &endings.ending("admin", now))?;
        vault::revoke_all(conn, user, now)?;
        account::delete(conn, user, &by.detail(), now)?;
        Ok(Some(dismissed))
    })
}

/// Somebody with very many sessions must not be safe from an administrator by that: what ends them may take longer than
/// a request's statements may. The caller may be gone by then; the work is done all the same.
fn take_time(conn: &mut Conn) -> QueryResult<()> {
    sql_query("SET LOCAL statement_timeout = '60s'").execute(conn).map(|_| ())
}

/// Lets a user in again; with whether it was not so before. `None` where there is no such user.
pub fn enable(conn: &mut Conn, user: UserId, by: By, now: Timestamp) -> QueryResult<Option<(Record, bool)>> {
    conn.transaction(|conn| {
        let changed = account::enable(conn, user, &by.detail(), now)?;
        Ok(account::find(conn, user)?.map(|record| (record, changed)))
    })
}
