//! Unlinks an identity: ends the sessions made through it and removes the claims of its provider.
//!
//! A session that was made through another identity of the user cannot unlink this one at once: an attacker with one
//! stolen identity could lock out the owner. Such a removal happens after seven days, and any session of the user can
//! cancel it until then.

use serde_json::Value;

use super::fresh::shows_auth_time;
use super::store::{self, UnlinkOutcome, UnlinkRequest, UnlinkedBy, UsersIdentity};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError};
use crate::base::event::Event;
use crate::base::id::{SessionId, SubId, UserId};
use crate::session::{EndReason, Ended, Endings, SignedIn};
use crate::telemetry;

/// The result of unlinking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlinked {
    /// The identity was unlinked.
    Gone {
        /// Whether the requesting session ended too.
        session_ended: bool,
    },
    /// The identity will be unlinked at this time, unless a session of the user cancels the removal.
    Scheduled(Timestamp),
    /// There is no such identity of this user.
    NotFound,
    /// It is the user's only identity, which cannot be unlinked.
    Last,
}

/// The data of the page that asks for confirmation of a removal.
pub struct Removal {
    /// The provider of the identity.
    pub provider: String,
    /// The e-mail address or the provider's `sub`.
    pub label: String,
    /// Whether the session was made through the identity, so that it is removed at once.
    pub own: bool,
    /// When it is removed, if that was requested before.
    pub unlink_at: Option<Timestamp>,
    /// Whether it is the user's only identity.
    pub last: bool,
    /// Whether a login at its provider can be fresh. A session of such a login can remove the identity at once.
    pub shows_fresh_login: bool,
}

/// The identity with this id, if it is of the signed-in user. One statement.
pub async fn removal(app: &App, signed_in: &SignedIn, id: SubId) -> Result<Option<Removal>, DbError> {
    let (user, session) = (signed_in.user.sub, Some(signed_in.session.id));
    let all = app.db.run("find identity", move |conn| store::identities_for(conn, user, session)).await?;
    let last = all.len() == 1;
    Ok(all.into_iter().find(|identity| identity.id == id).map(|found| {
        let UsersIdentity { provider, sub, email, own, unlink_at, auth_times, .. } = found;
        let shows_fresh_login = shows_auth_time(app, &provider, auth_times);
        Removal { provider, label: email.unwrap_or(sub), own, unlink_at, last, shows_fresh_login }
    }))
}

/// Unlinks an identity of the signed-in user at once if the session was made through it, and otherwise in seven days.
pub async fn unlink(app: &App, signed_in: &SignedIn, id: SubId, now: Timestamp) -> Result<Unlinked, DbError> {
    let (user, session): (_, SessionId) = (signed_in.user.sub, signed_in.session.id);
    let ending = app.endings.ending(EndReason::Unlinked, now);
    let request = UnlinkRequest { user, id, by: UnlinkedBy::Session(session), ending: ending.clone(), now };
    let outcome = app.db.run("unlink identity", move |conn| store::unlink(conn, &request));
    Ok(match outcome.await? {
        UnlinkOutcome::Gone { provider, ended } => {
            app.ended(&ended, &ending);
            telemetry::record(&Event::IdentityUnlinked { user, provider });
            Unlinked::Gone { session_ended: ended.iter().any(|ended| ended.id == session) }
        }
        UnlinkOutcome::Scheduled { provider, until } => {
            telemetry::record(&Event::IdentityRemovalRequested { user, provider });
            Unlinked::Scheduled(until)
        }
        UnlinkOutcome::NotFound => Unlinked::NotFound,
        UnlinkOutcome::Last => Unlinked::Last,
    })
}

/// Cancels a requested removal. Returns `false` if none was requested.
pub async fn cancel_removal(app: &App, signed_in: &SignedIn, id: SubId, now: Timestamp) -> Result<bool, DbError> {
    let (user, session) = (signed_in.user.sub, signed_in.session.id);
    let cancel = move |conn: &mut Conn| store::cancel_removal(conn, (user, id), session, now);
    app.db.run("cancel removal", cancel).await
}

/// Unlinks an identity at once, for an administrator. `detail` is a column of the audit event.
pub async fn unlink_for_administrator(
    db: &Db,
    endings: &Endings,
    (user, id): (UserId, SubId),
    detail: Value,
    now: Timestamp,
) -> Result<Unlinked, DbError> {
    let by = UnlinkedBy::Administrator(detail);
    Ok(match unlink_without_session(db, endings, (user, id), by, now).await? {
        UnlinkOutcome::Gone { .. } => Unlinked::Gone { session_ended: false },
        UnlinkOutcome::Last => Unlinked::Last,
        UnlinkOutcome::NotFound | UnlinkOutcome::Scheduled { .. } => Unlinked::NotFound,
    })
}

async fn unlink_without_session(
    db: &Db,
    endings: &Endings,
    (user, id): (UserId, SubId),
    by: UnlinkedBy,
    now: Timestamp,
) -> Result<UnlinkOutcome, DbError> {
    let request = UnlinkRequest { user, id, by, ending: endings.ending(EndReason::Unlinked, now), now };
    let outcome = db.run("unlink identity", move |conn| store::unlink(conn, &request)).await?;
    record_unlinked(endings, user, &outcome);
    Ok(outcome)
}

/// Records a committed unlinking by the cleanup or an administrator. Returns `true` if the identity was unlinked.
pub(super) fn record_unlinked(endings: &Endings, user: UserId, outcome: &UnlinkOutcome) -> bool {
    let UnlinkOutcome::Gone { provider, ended } = outcome else { return false };
    telemetry::record(&Event::IdentityUnlinked { user, provider: provider.clone() });
    record_ends(endings, ended);
    true
}

/// Records the committed ends of the sessions of an unlinked identity, and wakes the delivery of their logout notices.
pub(super) fn record_ends(endings: &Endings, ended: &[Ended]) {
    let reason = EndReason::Unlinked.as_str();
    for ended in ended {
        telemetry::record(&Event::SessionEnded { user: ended.user, session: ended.id, reason });
    }
    if ended.iter().any(|ended| ended.notice_queued) {
        endings.notify();
    }
}
