//! Signing out here, and nowhere else.

use crate::app::App;
use crate::base::clock::Instant;
use crate::base::db::{Conn, DbError};
use crate::base::event::Event;
use crate::base::id::SessionId;
use crate::session::{self, Revoked, Scope};
use crate::telemetry;

/// Ends the session, if it still lives. One round trip.
pub async fn local(app: &App, id: SessionId, now: Instant) -> Result<(), DbError> {
    const REASON: &str = "logout";
    let keep_until = app.lifetime.feed_until(now);
    let end = move |conn: &mut Conn| session::end_where(conn, Scope::One(id), REASON, now, keep_until);
    for ended in app.db.run("end session", end).await? {
        app.watch.learn(Revoked::Session { id: ended.id, index: None }, keep_until);
        telemetry::record(&Event::SessionEnded { user: ended.user, session: ended.id, reason: REASON });
    }
    Ok(())
}
