//! The cache: which entries are fresh, and which a write has made stale.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use dashmap::DashMap;
use quick_cache::sync::Cache;
use serde_json::Value;

use super::compact::{Compact, Shared};
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::session::signed_in::SignedIn;

/// The maximum number of cached sessions. Beyond it, those that are asked for least are evicted.
const MAX_SESSIONS: usize = 1_000_000;

/// Sessions as their rows were within `verify.cache_for`.
pub struct SessionCache {
    entries: Cache<SessionId, Arc<Entry>>,
    shared: Shared,
    /// When this replica last changed something of a user, if that is not longer ago than `cache_for`.
    changes: DashMap<UserId, ReadBegan>,
    cache_for: Duration,
    origin: Instant,
}

/// When the statement that read a session began, in microseconds of a monotonic clock. What was read may be older than a
/// change that was committed after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadBegan(u64);

struct Entry {
    session: Compact,
    began: ReadBegan,
    /// By the clock of requests, which also decides on the timeouts of the session.
    read_at: Timestamp,
}

/// A session from the cache.
pub struct CachedSession {
    /// The session and its user.
    pub signed_in: SignedIn,
    /// The claims of the provider; `null` if no rule needs them.
    pub claims: Value,
}

impl SessionCache {
    /// Empty. `cache_for` is `verify.cache_for`; zero keeps nothing.
    pub fn new(cache_for: Duration) -> Self {
        Self {
            entries: Cache::new(MAX_SESSIONS),
            shared: Shared::default(),
            changes: DashMap::new(),
            cache_for,
            origin: Instant::now(),
        }
    }

    /// The present moment. Call it before the statement whose result is to be cached.
    pub fn begin(&self) -> ReadBegan {
        ReadBegan(u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// The session with that id, if it was read within `cache_for` by both clocks and not changed since by this replica. The
    /// caller checks whether it was ended, and its timeouts.
    pub fn get(&self, id: SessionId, now: Timestamp) -> Option<CachedSession> {
        if self.cache_for.is_zero() {
            return None;
        }
        let entry = self.entries.get(&id)?;
        self.is_fresh(&entry, now)
            .then(|| CachedSession { signed_in: entry.session.signed_in(id), claims: entry.session.claims() })
    }

    /// Caches a session that was read at `now` by a statement that began at `began`. A later use that is cached stays.
    pub fn insert(&self, began: ReadBegan, signed_in: &SignedIn, claims: Option<&Value>, now: Timestamp) {
        if !self.cache_for.is_zero() {
            let session = Compact::of(signed_in, claims, &self.shared);
            // A use may not be stored yet.
            if let Some(last) = self.entries.peek(&signed_in.session.id) {
                session.used_as(&last.session);
            }
            self.entries.insert(signed_in.session.id, Arc::new(Entry { session, began, read_at: now }));
        }
    }

    /// Records a use of a session that this replica stores.
    pub fn used(&self, id: SessionId, now: Timestamp) {
        if let Some(entry) = self.entries.get(&id) {
            entry.session.used(now);
        }
    }

    /// Makes everything stale that was read of a user before now. To be called after the commit of a change to the user's
    /// sessions or identities.
    pub fn changed(&self, user: UserId) {
        if !self.cache_for.is_zero() {
            self.changed_at(user, self.begin());
        }
    }

    /// Of two changes at once the later one counts, whichever is noted first.
    fn changed_at(&self, user: UserId, at: ReadBegan) {
        self.changes.entry(user).and_modify(|known| *known = at.max(*known)).or_insert(at);
    }

    /// Removes what is no longer fresh.
    pub fn evict_stale(&self, now: Timestamp) {
        self.entries.retain(|_, entry| self.is_fresh(entry, now));
        self.changes.retain(|_, changed| !self.is_over(*changed));
        self.shared.evict_unused();
    }

    /// The number of cached sessions, stale ones among them.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds no session.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn is_fresh(&self, entry: &Entry, now: Timestamp) -> bool {
        let limit = TimeDelta::from_std(self.cache_for).unwrap_or(TimeDelta::MAX);
        // A clock that was set back must not keep an entry.
        let by_clock = (TimeDelta::zero()..=limit).contains(&(now - entry.read_at));
        by_clock && !self.is_over(entry.began) && !self.is_changed_since(entry.session.user(), entry.began)
    }

    /// Whether `cache_for` has passed since then.
    fn is_over(&self, began: ReadBegan) -> bool {
        u128::from(self.begin().0.saturating_sub(began.0)) > self.cache_for.as_micros()
    }

    fn is_changed_since(&self, user: UserId, began: ReadBegan) -> bool {
        self.changes.get(&user).is_some_and(|changed| *changed >= began)
    }
}

#[cfg(test)]
mod tests;
