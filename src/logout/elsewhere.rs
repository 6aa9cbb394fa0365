//! Signing out other devices of one's own, or all of them.

use crate::app::App;
use crate::base::clock::Instant;
use crate::base::db::{Conn, DbError};
use crate::base::event::Event;
use crate::base::id::{SessionId, UserId};
use crate::session::{self, Ended, Revoked, Scope};
use crate::telemetry;

/// Ends one of a user's sessions, and those under it. `false` where it is not this user's, or has ended before.
pub async fn one(app: &App, user: UserId, id: SessionId, now: Instant) -> Result<bool, DbError> {
    const REASON: &str = "logout";
    let keep_until = app.lifetime.feed_until(now);
    let end = move |conn: &mut Conn| session::end_where(conn, Scope::OneOfUser { user, id }, REASON, now, keep_until);
    let ended = app.db.run("end session", end).await?;
    record(app, &ended, REASON, keep_until);
    Ok(!ended.is_empty())
}

/// Ends all of a user's sessions but `stays`. The answer is how many, as listed.
pub async fn others(app: &App, user: UserId, stays: SessionId, now: Instant) -> Result<usize, DbError> {
    many(app, user, Some(stays), "logout_others", now).await
}

/// Ends all of a user's sessions. The answer is how many, as listed.
pub async fn all(app: &App, user: UserId, now: Instant) -> Result<usize, DbError> {
    many(app, user, None, "logout_all", now).await
}

async fn many(
    app: &App,
    user: UserId,
    except: Option<SessionId>,
    reason: &'static str,
    now: Instant,
) -> Result<usize, DbError> {
    let lifetime = app.lifetime;
    let end = move |conn: &mut Conn| session::end_listed(conn, user, except, lifetime, reason, now);
    let dismissed = app.db.run("end sessions", end).await?;
    record(app, &dismissed.ended, reason, lifetime.feed_until(now));
    Ok(dismissed.count)
}

fn record(app: &App, ended: &[Ended], reason: &'static str, keep_until: Instant) {
    for ended in ended {
        app.watch.learn(Revoked::Session { id: ended.id, index: None }, keep_until);
        telemetry::record(&Event::SessionEnded { user: ended.user, session: ended.id, reason });
    }
}
