//! Signing out other devices of one's own, or all of them.

use super::local::end;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError};
use crate::base::id::{SessionId, UserId};
use crate::session::{self, Scope};

/// Ends one of a user's sessions, and those under it. `false` where it is not this user's, or has ended before.
pub async fn one(app: &App, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, DbError> {
    end(app, Scope::OneOfUser { user, id }, now).await
}

/// Ends all of a user's sessions but `stays`. The answer is how many, as listed.
pub async fn others(app: &App, user: UserId, stays: SessionId, now: Timestamp) -> Result<usize, DbError> {
    many(app, user, Some(stays), "logout_others", now).await
}

/// Ends all of a user's sessions. The answer is how many, as listed.
pub async fn all(app: &App, user: UserId, now: Timestamp) -> Result<usize, DbError> {
    many(app, user, None, "logout_all", now).await
}

async fn many(
    app: &App,
    user: UserId,
    except: Option<SessionId>,
    reason: &'static str,
    now: Timestamp,
) -> Result<usize, DbError> {
    let (lifetime, ending) = (app.lifetime, app.endings.ending(reason, now));
    let write = ending.clone();
    let end = move |conn: &mut Conn| session::end_listed(conn, user, except, lifetime, &write);
    let dismissed = app.db.run("end sessions", end).await?;
    app.ended(&dismissed.ended, &ending);
    Ok(dismissed.count)
}
