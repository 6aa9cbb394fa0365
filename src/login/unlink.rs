//! Unlinks an identity: ends the sessions made through it and removes the claims of its provider.

use super::store::{self, UnlinkRequest};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::event::Event;
use crate::base::id::{SessionId, SubId};
use crate::session::{EndReason, SignedIn};
use crate::telemetry;

/// The result of unlinking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// The identity was unlinked.
    Gone {
        /// Whether the requesting session ended too.
        session_ended: bool,
    },
    /// There is no such identity of this user.
    NotFound,
    /// It is the user's only identity, which cannot be unlinked.
    Last,
}

/// Unlinks an identity of the signed-in user.
pub async fn unlink(app: &App, signed_in: &SignedIn, id: SubId, now: Timestamp) -> Result<Unlinked, DbError> {
    let (user, session): (_, SessionId) = (signed_in.user.sub, signed_in.session.id);
    let ending = app.endings.ending(EndReason::Unlinked, now);
    let request = UnlinkRequest { user, session, id, ending: ending.clone(), now };
    let outcome = app.db.run("unlink identity", move |conn| store::unlink(conn, &request));
    Ok(match outcome.await? {
        store::UnlinkOutcome::Gone { provider, ended } => {
            app.ended(&ended, &ending);
            telemetry::record(&Event::IdentityUnlinked { user, provider });
            Unlinked::Gone { session_ended: ended.iter().any(|ended| ended.id == session) }
        }
        store::UnlinkOutcome::NotFound => Unlinked::NotFound,
        store::UnlinkOutcome::Last => Unlinked::Last,
    })
}
