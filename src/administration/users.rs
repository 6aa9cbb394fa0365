//! Users, found and shut out.

use serde::Serialize;

use super::by::By;
use super::store;
use crate::account::{self, Identity, Record};
use crate::base::clock::Timestamp;
use crate::base::db::{Db, DbError};
use crate::base::event::Event;
use crate::base::id::UserId;
use crate::session::{Ended, Endings};
use crate::telemetry;

/// A user, with the pairs `(provider, sub)` that name them.
#[derive(Serialize)]
pub struct Person {
    #[serde(flatten)]
    record: Record,
    identities: Vec<Identity>,
}

/// The most users with one e-mail address that are told apart.
const NAMESAKES: i64 = 10;

/// Users in whose e-mail address, name or preferred name `words` stand, newest first: those after `after`, at most
/// `most`.
pub async fn search(db: &Db, words: String, after: Option<UserId>, most: i64) -> Result<Vec<Record>, DbError> {
    db.run("search users", move |conn| account::search(conn, &words, after, most)).await
}

/// The user of that `sub`.
pub async fn person(db: &Db, user: UserId) -> Result<Option<Person>, DbError> {
    db.run("find user", move |conn| {
        let Some(record) = account::find(conn, user)? else { return Ok(None) };
        Ok(Some(Person { record, identities: account::identities(conn, user)? }))
    })
    .await
}

/// The users that an operator may mean by a `sub` or an e-mail address.
pub async fn matching(db: &Db, sub_or_email: String) -> Result<Vec<Record>, DbError> {
    db.run("find user", move |conn| match sub_or_email.parse() {
        Ok(id) => Ok(account::find(conn, id)?.into_iter().collect()),
        Err(_) => account::with_email(conn, &sub_or_email, NAMESAKES),
    })
    .await
}

/// Shuts a user out and ends every session, in one transaction: no login that comes at the same moment outlives it.
/// The answer is the user and how many sessions ended; `None` where there is no such user.
pub async fn disable(
    db: &Db,
    endings: &Endings,
    user: UserId,
    by: By,
    now: Timestamp,
) -> Result<Option<(Record, usize)>, DbError> {
    let write = endings.clone();
    let act = move |conn: &mut _| store::disable(conn, user, &write, by, now);
    let Some(disabled) = db.run("disable user", act).await? else { return Ok(None) };
    if disabled.changed {
        telemetry::record(&Event::UserDisabled { user });
    }
    record_ends(endings, &disabled.dismissed.ended, "user_disabled");
    Ok(Some((disabled.record, disabled.dismissed.count)))
}

/// Lets a user in again. `None` where there is no such user.
pub async fn enable(db: &Db, user: UserId, by: By, now: Timestamp) -> Result<Option<Record>, DbError> {
    let enabled = db.run("enable user", move |conn| store::enable(conn, user, by, now)).await?;
    Ok(enabled.map(|(record, changed)| {
        if changed {
            telemetry::record(&Event::UserEnabled { user });
        }
        record
    }))
}

/// Ends every session of a user and removes the user; the audit stays. `false` where there is no such user.
pub async fn delete(db: &Db, endings: &Endings, user: UserId, by: By, now: Timestamp) -> Result<bool, DbError> {
    let write = endings.clone();
    let act = move |conn: &mut _| store::delete(conn, user, &write, by, now);
    let Some(dismissed) = db.run("delete user", act).await? else { return Ok(false) };
    record_ends(endings, &dismissed.ended, "admin");
    telemetry::record(&Event::UserDeleted { user });
    Ok(true)
}

/// Tells of each session that ended, and wakes whoever tells the clients, if that is this process.
pub(super) fn record_ends(endings: &Endings, ended: &[Ended], reason: &'static str) {
    for ended in ended {
        telemetry::record(&Event::SessionEnded { user: ended.user, session: ended.id, reason });
    }
    endings.ring_for(ended);
}
