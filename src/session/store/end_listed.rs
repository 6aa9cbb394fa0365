//! Ends the sessions of a list, and counts the entries that the list showed.

use std::collections::HashSet;

use diesel::QueryResult;

use super::end::{Scope, end_where};
use super::ended::Ended;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::id::{SessionId, UserId};
use crate::session::ending::Ending;
use crate::session::lifetime::Lifetime;

/// The result of ending the sessions of a list.
pub struct Dismissed {
    /// The number of sign-ins that the list showed. The apps' sessions end with their sign-in and are not counted.
    pub count: usize,
    /// Each session that ended, those of apps included.
    pub ended: Vec<Ended>,
}

/// Ends the sessions of a user except `except` and the apps' sessions under it, as [`end_where`] does.
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

/// A sign-in is listed while it or an app's session under it is live. One that is past its timeout and not yet swept
/// ends here too, but is not counted.
fn listed(ended: &[Ended], lifetime: Lifetime, now: Timestamp) -> usize {
    let idle_since = lifetime.idle_since(now);
    let living = ended.iter().filter(|ended| ended.not_after > now && ended.last_activity_at > idle_since);
    living.map(|ended| ended.parent.unwrap_or(ended.id)).collect::<HashSet<_>>().len()
}
