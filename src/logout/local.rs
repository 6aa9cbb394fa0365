//! Signing out here, and nowhere else.

use crate::app::App;
use crate::base::clock::Instant;
use crate::base::db::{Conn, DbError};
use crate::base::id::SessionId;
use crate::session::{self, Scope};

/// Ends the session and those under it, if it still lives. Two round trips, none of them to a client: those are told
/// afterwards.
pub async fn local(app: &App, id: SessionId, now: Instant) -> Result<(), DbError> {
    end(app, Scope::One(id), now).await.map(|_| ())
}

/// Ends the sessions of a scope because somebody signed out. The answer is whether there was any.
pub(super) async fn end(app: &App, scope: Scope, now: Instant) -> Result<bool, DbError> {
    let ending = app.endings.ending("logout", now);
    let write = ending.clone();
    let end = move |conn: &mut Conn| session::end_where(conn, scope, &write);
    let ended = app.db.run("end session", end).await?;
    app.ended(&ended, &ending);
    Ok(!ended.is_empty())
}
