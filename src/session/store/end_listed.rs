//! The end of what a list shows, counted as it is shown.

use std::collections::HashSet;

use diesel::{Connection, QueryResult};

use super::end::{Ended, Scope, end_where};
use super::list::list;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};
use crate::session::ending::Ending;
use crate::session::lifetime::Lifetime;

/// What was ended.
pub struct Dismissed {
    /// How many of the sign-ins that the list showed. Apps end with theirs and are not counted by themselves.
    pub count: usize,
    /// Each session that ended, the apps' too.
    pub ended: Vec<Ended>,
}

/// Ends a user's sessions, but for `except` and what is under it, in a transaction.
pub fn end_listed(
    conn: &mut Conn,
    user: UserId,
    except: Option<SessionId>,
    lifetime: Lifetime,
    ending: &Ending,
) -> QueryResult<Dismissed> {
    conn.transaction(|conn| {
        let listed = list(conn, user, lifetime, ending.now, i64::MAX)?;
        let scope = except.map_or(Scope::OfUser(user), |except| Scope::OthersOfUser { user, except });
        let ended = end_where(conn, scope, ending)?;
        let sign_ins: HashSet<_> = ended.iter().map(|ended| ended.parent.unwrap_or(ended.id)).collect();
        let count = listed.iter().filter(|listed| sign_ins.contains(&listed.id)).count();
        Ok(Dismissed { count, ended })
    })
}
