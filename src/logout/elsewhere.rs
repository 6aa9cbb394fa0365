//! Ends other sessions of the signed-in user, or all of them.

use super::local::end;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError};
use crate::base::id::{SessionId, UserId};
use crate::session::{self, EndReason, Scope};

/// Ends one session of a user and the apps' sessions under it. `false` if it is another user's, or has ended before.
pub async fn end_session(app: &App, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, DbError> {
    end(app, Scope::OneOfUser { user, id }, now).await
}

/// Ends the sessions of one app under a sign-in of a user, by the id of one of them. `false` if it is another user's, or all have ended
/// before.
pub async fn end_app(app: &App, user: UserId, id: SessionId, now: Timestamp) -> Result<bool, DbError> {
    end(app, Scope::AppOfUser { user, id }, now).await
}

/// Ends all sessions of a user except `stays`. Returns how many of them `GET /sessions` listed.
pub async fn end_other_sessions(app: &App, user: UserId, stays: SessionId, now: Timestamp) -> Result<usize, DbError> {
    end_listed(app, user, Some(stays), EndReason::LogoutOthers, now).await
}

/// Ends all sessions of a user. Returns how many of them `GET /sessions` listed.
pub async fn end_all_sessions(app: &App, user: UserId, now: Timestamp) -> Result<usize, DbError> {
    end_listed(app, user, None, EndReason::LogoutAll, now).await
}

async fn end_listed(
    app: &App,
    user: UserId,
    except: Option<SessionId>,
    reason: EndReason,
    now: Timestamp,
) -> Result<usize, DbError> {
    let (lifetime, ending) = (app.lifetime, app.endings.ending(reason, now));
    let write = ending.clone();
    let end = move |conn: &mut Conn| session::end_listed(conn, user, except, lifetime, &write);
    let dismissed = app.db.run("end sessions", end).await?;
    app.ended(&dismissed.ended, &ending);
    Ok(dismissed.count)
}
