//! The changes of a piece of work, for the caches of this process.
//!
//! The store that writes a change notes it beside its statement, so that no caller can forget it. When the work is
//! done, [`Db`](super::Db) hands the noted changes to the observer, before the caller has its result.

use std::cell::RefCell;

use super::access::Conn;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};

/// A write that makes cached state wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A session has ended.
    SessionEnded {
        /// The id of the session.
        session: SessionId,
        /// The id of its user.
        user: UserId,
        /// When its entry may leave the revocation feed.
        keep_until: Timestamp,
    },
    /// An access token was revoked.
    TokenRevoked {
        /// The `jti` of the access token (RFC 7519 §4.1.7).
        jti: uuid::Uuid,
        /// When it has expired.
        keep_until: Timestamp,
    },
    /// Something of a user or of an identity of the user.
    User(UserId),
}

thread_local! {
    /// The changes of the work that this thread does.
    static NOTED: RefCell<Vec<Change>> = const { RefCell::new(Vec::new()) };
}

/// Notes a change that a statement on this connection has made.
pub fn note(_conn: &mut Conn, change: Change) {
    NOTED.with_borrow_mut(|noted| noted.push(change));
}

/// Removes and returns what was noted on this thread.
pub(super) fn take() -> Vec<Change> {
    NOTED.take()
}

/// The number of changes noted so far.
pub(super) fn noted() -> usize {
    NOTED.with_borrow(Vec::len)
}

/// After a rollback: what was noted from that position on was not done, or it is not known whether it was. The users of the
/// sessions stay noted, since reading a session again is always right.
pub(super) fn roll_back(from: usize) {
    NOTED.with_borrow_mut(|noted| {
        let undone: Vec<_> = noted.drain(from.min(noted.len())..).collect();
        noted.extend(undone.into_iter().filter_map(uncertain));
    });
}

fn uncertain(change: Change) -> Option<Change> {
    match change {
        Change::SessionEnded { user, .. } | Change::User(user) => Some(Change::User(user)),
        Change::TokenRevoked { .. } => None,
    }
}
