//! Signing out here.

use super::at_provider::{self, Asked, Leaving};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError};
use crate::base::id::SessionId;
use crate::session::{self, Scope};

/// Ends the session and those under it, if it still lives. Two round trips, none of them to a client: those are told
/// afterwards; one more where providers want to hear of logouts, to see whether this one's does. The answer is for it.
pub async fn local(app: &App, id: SessionId, now: Timestamp) -> Result<Option<Leaving>, DbError> {
    let leaving = if at_provider::is_wanted(app) {
        let asked = Asked { session: id, proven: false };
        app.db.run("find session", move |conn| at_provider::leaving(conn, asked, now)).await?
    } else {
        None
    };
    end(app, Scope::One(id), now).await?;
    Ok(leaving)
}

/// Ends the sessions of a scope because somebody signed out. The answer is whether there was any.
pub(super) async fn end(app: &App, scope: Scope, now: Timestamp) -> Result<bool, DbError> {
    let ending = app.endings.ending("logout", now);
    let write = ending.clone();
    let end = move |conn: &mut Conn| session::end_where(conn, scope, &write);
    let ended = app.db.run("end session", end).await?;
    app.ended(&ended, &ending);
    Ok(!ended.is_empty())
}
