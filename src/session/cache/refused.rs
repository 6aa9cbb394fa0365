//! The ids of sessions that this replica has found ended or missing lately: a client that repeats the cookie of one costs a
//! statement every few seconds, and not one for each request. An expired session is not among them: another replica may be about to
//! store a use of it.

use std::time::Duration;

use quick_cache::sync::Cache;

use super::entry::ReadBegan;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};

/// The maximum number of ids. Only ids that the gateway has issued get here, since the MAC of a cookie is checked first.
const MAX_IDS: usize = 100_000;
/// The longest time for which a session is not read again. It is short, since another replica may enable a disabled user.
const MAX_TIME: Duration = Duration::from_secs(5);

/// A session that is ended, by its row.
#[derive(Clone, Copy)]
pub(super) struct Refused {
    /// `None` where there is no row.
    pub(super) user: Option<UserId>,
    pub(super) began: ReadBegan,
    pub(super) read_at: Timestamp,
}

/// These ids; at most [`MAX_IDS`].
pub(super) struct RefusedSessions {
    ids: Cache<SessionId, Refused>,
    /// How long one counts.
    pub(super) keep_for: Duration,
}

impl RefusedSessions {
    /// `cache_for` is `verify.cache_for`, which bounds the time as well.
    pub(super) fn new(cache_for: Duration) -> Self {
        Self { ids: Cache::new(MAX_IDS), keep_for: cache_for.min(MAX_TIME) }
    }

    pub(super) fn get(&self, id: SessionId) -> Option<Refused> {
        self.ids.get(&id)
    }

    pub(super) fn insert(&self, id: SessionId, refused: Refused) {
        self.ids.insert(id, refused);
    }

    pub(super) fn retain(&self, keep: impl Fn(&Refused) -> bool) {
        self.ids.retain(|_, refused| keep(refused));
    }
}
