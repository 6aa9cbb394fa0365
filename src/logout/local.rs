//! Ends the session of the browser that signs out.

use super::at_provider::{self, EndingSignIn, SignInOfBrowser};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError};
use crate::base::id::SessionId;
use crate::session::{self, EndReason, Scope};

/// Ends the session and the apps' sessions under it, if it is live. Two statements; clients are notified afterwards. One
/// more statement if a provider has `logout = "provider"`, to find out whether it is the session's; the result is for
/// that.
pub async fn sign_out_browser(app: &App, id: SessionId, now: Timestamp) -> Result<Option<EndingSignIn>, DbError> {
    let ending_sign_in = if at_provider::is_wanted(app) {
        let of_browser = SignInOfBrowser { session: id, proven: false };
        app.db.run("find session", move |conn| at_provider::find_ending(conn, of_browser, now)).await?
    } else {
        None
    };
    end(app, Scope::One(id), now).await?;
    Ok(ending_sign_in)
}

/// Ends these sessions and the apps' sessions under them: the browser sent the cookies of all of them. Two statements for
/// each. None is sent to its provider, since only one of them is the user's.
pub async fn end_sessions(app: &App, ids: Vec<SessionId>, now: Timestamp) -> Result<(), DbError> {
    let ending = app.endings.ending(EndReason::Logout, now);
    let write = ending.clone();
    let end = move |conn: &mut Conn| {
        let mut ended = Vec::new();
        for id in &ids {
            ended.extend(session::end_where(conn, Scope::One(*id), &write)?);
        }
        Ok(ended)
    };
    let ended = app.db.run("end sessions", end).await?;
    app.ended(&ended, &ending);
    Ok(())
}

/// Ends the sessions of a scope with the reason `logout`. Returns whether there was a live one.
pub(super) async fn end(app: &App, scope: Scope, now: Timestamp) -> Result<bool, DbError> {
    let ending = app.endings.ending(EndReason::Logout, now);
    let write = ending.clone();
    let end = move |conn: &mut Conn| session::end_where(conn, scope, &write);
    let ended = app.db.run("end session", end).await?;
    app.ended(&ended, &ending);
    Ok(!ended.is_empty())
}
