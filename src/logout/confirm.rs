//! The page that asks whether to sign out, and the press of its button.

use super::local::sign_out_browser;
use super::rp_initiated::LogoutOutcome;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, DbError};
use crate::base::id::SessionId;
use crate::session::{self, SessionStatus, ShownTo, SignedIn};

/// The purpose under which the value in the form is sealed.
const QUESTION: &str = "logout:confirm";

/// The sealed session in the form of the page, so that its button ends only this session.
pub fn shown_to(app: &App, signed_in: &SignedIn) -> Option<String> {
    ShownTo::new(&signed_in.session).seal(&app.config.ring, QUESTION)
}

/// Ends the browser's session, if it is the one that the page was shown to. If another session is live in this browser
/// by then, nothing ends and its user is asked. `browser`: the session that the cookie names.
pub async fn confirm(
    app: &App,
    shown_to: &str,
    browser: Option<SessionId>,
    now: Timestamp,
) -> Result<LogoutOutcome, DbError> {
    let Some(id) = browser else { return Ok(LogoutOutcome::SignedOut(None)) };
    let here = app.db.run("find session", move |conn: &mut Conn| session::find(conn, id)).await?;
    let Some(here) = here else { return Ok(LogoutOutcome::SignedOut(None)) };
    if ShownTo::open(&app.config.ring, QUESTION, shown_to) == Some(ShownTo::new(&here.session)) {
        return sign_out_browser(app, id, now).await.map(LogoutOutcome::SignedOut);
    }
    match app.lifetime.status(&here.session, now) {
        SessionStatus::Live => Ok(LogoutOutcome::Ask(Box::new(here))),
        SessionStatus::Expired | SessionStatus::Ended => Ok(LogoutOutcome::SignedOut(None)),
    }
}
