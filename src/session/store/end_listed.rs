//! The end of what a list shows, counted as it is shown.

use std::collections::HashSet;

use diesel::QueryResult;

use super::end::{Ended, Scope, end_where};
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};
use crate::session::ending::Ending;
use crate::session::lifetime::Lifetime;

/// What was ended.
pub struct Dismissed {
    /// How many of the sign-ins that a list would have shown. Apps end with theirs and are not counted by themselves.
    pub count: usize,
    /// Each session that ended, the apps' too.
    pub ended: Vec<Ended>,
}

/// Ends a user's sessions, but for `except` and what is under it, as [`end_where`] does.
pub fn end_listed(
    conn: &mut Conn,
    user: UserId,
    except: Option<SessionId>,
    lifetime: Lifetime,
    ending: &Ending,
) -> QueryResult<Dismissed> {
    let scope = except.map_or(Scope::OfUser(user), |except| Scope::OthersOfUser { user, except });
    let ended = end_where(conn, scope, ending)?;
    Ok(Dismissed { count: listed(&ended, lifetime, ending.now), ended })
}

/// A sign-in was listed if it lived, or an app under it did: those that are merely past their time had not been swept
/// yet, and end without being counted.
fn listed(ended: &[Ended], lifetime: Lifetime, now: Timestamp) -> usize {
    let idle_since = lifetime.idle_since(now);
    let living = ended.iter().filter(|ended| ended.not_after > now && ended.last_activity_at > idle_since);
    living.map(|ended| ended.parent.unwrap_or(ended.id)).collect::<HashSet<_>>().len()
}
