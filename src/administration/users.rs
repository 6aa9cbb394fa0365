//! Finding, disabling, enabling and deleting users, by administrators; and users who delete their own accounts.

use serde::Serialize;

use super::actor::Actor;
use super::store::{self, OwnDeletion};
use crate::account::{self, Identity, Record};
use crate::base::clock::Timestamp;
use crate::base::db::{Db, DbError};
use crate::base::event::Event;
use crate::base::id::{SessionId, UserId};
use crate::session::{Dismissed, EndReason, Ended, Endings};
use crate::telemetry;

/// A user with the user's identities.
#[derive(Serialize)]
pub struct UserDetails {
    #[serde(flatten)]
    record: Record,
    identities: Vec<Identity>,
}

impl UserDetails {
    /// The identities, in the order of the account page.
    pub fn identities(&self) -> &[Identity] {
        &self.identities
    }
}

/// The most users that are listed for one e-mail address.
const MAX_EMAIL_MATCHES: i64 = 10;

/// Users whose e-mail address, name or preferred name contains `words`, newest first: those after `after`, at most `most`.
pub async fn search(db: &Db, words: String, after: Option<UserId>, most: i64) -> Result<Vec<Record>, DbError> {
    db.run("search users", move |conn| account::search(conn, &words, after, most)).await
}

/// The user with this `sub`.
pub async fn details(db: &Db, user: UserId) -> Result<Option<UserDetails>, DbError> {
    db.run("find user", move |conn| {
        let Some(record) = account::find(conn, user)? else { return Ok(None) };
        Ok(Some(UserDetails { record, identities: account::identities(conn, user)? }))
    })
    .await
}

/// The users with these ids that exist, in no order.
pub async fn with_ids(db: &Db, ids: Vec<UserId>) -> Result<Vec<Record>, DbError> {
    db.run("find users", move |conn| account::find_all(conn, &ids)).await
}

/// The users with this `sub` or this e-mail address.
pub async fn matching(db: &Db, sub_or_email: String) -> Result<Vec<Record>, DbError> {
    db.run("find user", move |conn| match sub_or_email.parse() {
        Ok(id) => Ok(account::find(conn, id)?.into_iter().collect()),
        Err(_) => account::with_email(conn, &sub_or_email, MAX_EMAIL_MATCHES),
    })
    .await
}

/// Disables a user and ends every session in one transaction, so that a concurrent login leaves no session behind.
/// Returns the user and the number of ended sessions; `None` if there is no such user.
pub async fn disable(
    db: &Db,
    endings: &Endings,
    user: UserId,
    by: Actor,
    now: Timestamp,
) -> Result<Option<(Record, usize)>, DbError> {
    let write = endings.clone();
    let act = move |conn: &mut _| store::disable(conn, user, &write, by, now);
    let Some(disabled) = db.run("disable user", act).await? else { return Ok(None) };
    if disabled.changed {
        telemetry::record(&Event::UserDisabled { user });
    }
    record_ends(endings, &disabled.dismissed.ended, EndReason::UserDisabled);
    Ok(Some((disabled.record, disabled.dismissed.count)))
}

/// Enables a user. `None` if there is no such user.
pub async fn enable(db: &Db, user: UserId, by: Actor, now: Timestamp) -> Result<Option<Record>, DbError> {
    let enabled = db.run("enable user", move |conn| store::enable(conn, user, by, now)).await?;
    Ok(enabled.map(|(record, changed)| {
        if changed {
            telemetry::record(&Event::UserEnabled { user });
        }
        record
    }))
}

/// Ends every session of a user and deletes the user; audit rows stay. `false` if there is no such user.
pub async fn delete(db: &Db, endings: &Endings, user: UserId, by: Actor, now: Timestamp) -> Result<bool, DbError> {
    let write = endings.clone();
    let act = move |conn: &mut _| store::delete(conn, user, &write, by, now);
    let Some(dismissed) = db.run("delete user", act).await? else { return Ok(false) };
    record_deletion(endings, user, &dismissed, by);
    Ok(true)
}

/// The result for a user who deletes their own account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deleted {
    /// The account is deleted, now or by a concurrent request.
    Yes,
    /// The session had ended, so nothing was deleted.
    SessionEnded,
    /// The user was disabled, so nothing was deleted.
    Disabled,
}

/// Deletes the user of a session at the user's own wish, in the same way as [`delete`].
pub async fn delete_own(
    db: &Db,
    endings: &Endings,
    (user, session): (UserId, SessionId),
    by: Actor,
    now: Timestamp,
) -> Result<Deleted, DbError> {
    let write = endings.clone();
    let act = move |conn: &mut _| store::delete_own(conn, (user, session), &write, by, now);
    Ok(match db.run("delete own account", act).await? {
        OwnDeletion::Deleted(dismissed) => {
            record_deletion(endings, user, &dismissed, by);
            Deleted::Yes
        }
        OwnDeletion::Gone => Deleted::Yes,
        OwnDeletion::SessionEnded => Deleted::SessionEnded,
        OwnDeletion::Disabled => Deleted::Disabled,
    })
}

fn record_deletion(endings: &Endings, user: UserId, dismissed: &Dismissed, by: Actor) {
    record_ends(endings, &dismissed.ended, by.end_reason());
    telemetry::record(&Event::UserDeleted { user });
}

/// Records an event for each ended session, and notifies the delivery of logout notices if it runs in this process.
pub(super) fn record_ends(endings: &Endings, ended: &[Ended], reason: EndReason) {
    for ended in ended {
        telemetry::record(&Event::SessionEnded { user: ended.user, session: ended.id, reason: reason.as_str() });
    }
    if ended.iter().any(|ended| ended.notice_queued) {
        endings.notify();
    }
}
