//! Signing out here, and nowhere else.

use crate::app::App;
use crate::base::clock::Instant;
use crate::base::db::DbError;
use crate::base::event::Event;
use crate::base::id::SessionId;
use crate::session;
use crate::telemetry;

/// Ends the session, if it still lives. One round trip.
pub async fn local(app: &App, id: SessionId, now: Instant) -> Result<(), DbError> {
    const REASON: &str = "logout";
    let ended = app.db.run("end session", move |conn| session::end(conn, id, REASON, now)).await?;
    if let Some(user) = ended {
        telemetry::record(&Event::SessionEnded { user, session: id, reason: REASON });
    }
    Ok(())
}
