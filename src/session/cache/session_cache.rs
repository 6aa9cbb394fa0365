//! The cache: which entries are fresh, and which a write has made stale.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use dashmap::DashMap;
use quick_cache::sync::Cache;
use serde_json::Value;

use super::compact::{Compact, Shared};
use super::entry::{CachedSession, Entry, ReadBegan};
use super::refused::{Refused, RefusedSessions};
use super::unpacked::Unpacked;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::session::signed_in::SignedIn;

/// The maximum number of cached sessions. Beyond it, those that are asked for least are evicted.
const MAX_SESSIONS: usize = 1_000_000;

/// Sessions as their rows were within `verify.cache_for`.
pub struct SessionCache {
    entries: Cache<SessionId, Arc<Entry>>,
    unpacked: Unpacked,
    refused: RefusedSessions,
    shared: Shared,
    /// When this replica last changed something of a user, if that is not longer ago than `cache_for`.
    changes: DashMap<UserId, ReadBegan>,
    cache_for: Duration,
    origin: Instant,
}

impl SessionCache {
    /// Empty. `cache_for` is `verify.cache_for`; zero keeps nothing.
    pub fn new(cache_for: Duration) -> Self {
        Self {
            entries: Cache::new(MAX_SESSIONS),
            unpacked: Unpacked::new(),
            refused: RefusedSessions::new(cache_for),
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
    pub fn get(&self, id: SessionId, now: Timestamp) -> Option<Arc<CachedSession>> {
        if self.cache_for.is_zero() {
            return None;
        }
        let entry = self.entries.get(&id)?;
        self.is_fresh(&entry, now).then(|| self.unpacked.of(id, entry))
    }

    /// Whether a session was found ended within the last seconds, and at most `cache_for` ago, and this replica has changed
    /// nothing of its user since.
    pub fn is_refused(&self, id: SessionId, now: Timestamp) -> bool {
        !self.cache_for.is_zero() && self.refused.get(id).is_some_and(|refused| self.is_still_refused(&refused, now))
    }

    /// Remembers that a session which was read at `now`, by a statement that began at `began`, is ended. `user` is `None`
    /// where it has no row.
    pub fn refuse(&self, began: ReadBegan, id: SessionId, user: Option<UserId>, now: Timestamp) {
        if !self.cache_for.is_zero() {
            self.refused.insert(id, Refused { user, began, read_at: now });
        }
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
            self.unpacked.remove(id);
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
        self.unpacked.retain(|entry| self.is_fresh(entry, now));
        self.refused.retain(|refused| self.is_still_refused(refused, now));
        self.changes.retain(|_, changed| !self.is_over(self.cache_for, *changed));
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
        self.is_within(self.cache_for, entry.began, entry.read_at, now)
            && !self.is_changed_since(entry.session.user(), entry.began)
    }

    fn is_still_refused(&self, refused: &Refused, now: Timestamp) -> bool {
        self.is_within(self.refused.keep_for, refused.began, refused.read_at, now)
            && !refused.user.is_some_and(|user| self.is_changed_since(user, refused.began))
    }

    /// Whether a statement that began at `began`, and at `read_at` by the clock of requests, is at most `limit` ago.
    fn is_within(&self, limit: Duration, began: ReadBegan, read_at: Timestamp, now: Timestamp) -> bool {
        let by_clock = TimeDelta::from_std(limit).unwrap_or(TimeDelta::MAX);
        // A clock that was set back must not keep an entry.
        (TimeDelta::zero()..=by_clock).contains(&(now - read_at)) && !self.is_over(limit, began)
    }

    /// Whether so much time has passed since then.
    fn is_over(&self, limit: Duration, began: ReadBegan) -> bool {
        u128::from(self.begin().0.saturating_sub(began.0)) > limit.as_micros()
    }

    fn is_changed_since(&self, user: UserId, began: ReadBegan) -> bool {
        self.changes.get(&user).is_some_and(|changed| *changed >= began)
    }
}

#[cfg(test)]
mod tests;
