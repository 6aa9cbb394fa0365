//! An identity given up: the sessions made through it end, and what its provider said of the person is forgotten.

use super::store::{self, Parting};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::event::Event;
use crate::base::id::{SessionId, SubId};
use crate::session::SignedIn;
use crate::telemetry;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// It is gone.
    Gone {
        /// Whether the session that asked for it went along.
        session_ended: bool,
    },
    /// It is not this user's, or there is no such identity.
    NotFound,
    /// Nobody may be left without any.
    Last,
}

/// Gives up one of the identities of whoever is signed in.
pub async fn unlink(app: &App, signed_in: &SignedIn, id: SubId, now: Timestamp) -> Result<Unlinked, DbError> {
    let (user, session): (_, SessionId) = (signed_in.user.sub, signed_in.session.id);
    let ending = app.endings.ending("unlinked", now);
    let parting = Parting { user, session, id, ending: ending.clone(), now };
    let outcome = app.db.run("unlink identity", move |conn| store::part(conn, &parting));
    Ok(match outcome.await? {
        store::Parted::Gone { provider, ended } => {
            app.ended(&ended, &ending);
            telemetry::record(&Event::IdentityUnlinked { user, provider });
            Unlinked::Gone { session_ended: ended.iter().any(|ended| ended.id == session) }
        }
        store::Parted::NotFound => Unlinked::NotFound,
        store::Parted::Last => Unlinked::Last,
    })
}
