//! The revocations that this replica knows, in memory: every request asks for them, so a lookup costs no round trip.
//!
//! Its size is bounded: an entry is evicted when the last token that it concerns has expired, so there are as many entries
//! as revocations happen within the lifetime of an access token.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use uuid::Uuid;

use super::clock_offset::ClockOffset;
use super::status_index::StatusIndex;
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;

/// The revocations that this replica knows. Cheap to clone.
#[derive(Clone)]
pub struct RevocationCache(Arc<Shared>);

struct Shared {
    sessions: DashMap<SessionId, RevokedSession>,
    jtis: DashMap<Uuid, Timestamp>,
    lists: RwLock<HashMap<u64, List>>,
    newest: AtomicU64,
    /// The time of the last read of the feed: milliseconds after `began`, plus one; zero before the first read.
    last_read: AtomicU64,
    began: Instant,
    max_age: Duration,
    clock: ClockOffset,
}

struct RevokedSession {
    expires_at: Timestamp,
    index: Option<StatusIndex>,
}

/// The state of one status list.
#[derive(Clone, Default)]
pub struct List {
    /// Changes whenever the places change.
    pub generation: u64,
    /// The places of revoked sessions in that list.
    pub places: BTreeSet<u32>,
}

/// One entry of the feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// The session or token that was revoked.
    pub what: Revoked,
    /// The time of the revocation.
    pub created_at: Timestamp,
    /// When the entry may be evicted.
    pub expires_at: Timestamp,
}

/// The object of a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// A session, with all its tokens.
    Session {
        /// The id of the session.
        id: SessionId,
        /// Its place in the status lists.
        index: Option<StatusIndex>,
    },
    /// A single access token, by its `jti`.
    Jti(Uuid),
}

impl RevocationCache {
    /// Empty, and not fresh before the first read. `max_age` is `tokens.revocation_max_age`.
    pub fn new(max_age: Duration) -> Self {
        Self(Arc::new(Shared {
            sessions: DashMap::new(),
            jtis: DashMap::new(),
            lists: RwLock::default(),
            newest: AtomicU64::new(0),
            last_read: AtomicU64::new(0),
            began: Instant::now(),
            max_age,
            clock: ClockOffset::new(),
        }))
    }

    /// Whether the last read of the feed is recent enough to treat an absent entry as "not revoked". Uses a monotonic
    /// clock: setting the wall clock back must not make an old state fresh.
    pub fn is_fresh(&self) -> bool {
        self.age().is_some_and(|age| age <= self.0.max_age)
    }

    /// The age of the last read of the feed; `None` before the first one.
    pub fn age(&self) -> Option<Duration> {
        let last_read = self.0.last_read.load(Ordering::Acquire).checked_sub(1)?;
        Some(self.0.began.elapsed().saturating_sub(Duration::from_millis(last_read)))
    }

    /// The difference between the clocks of this replica and of the database, as the reads of the feed measure it.
    pub fn clock(&self) -> &ClockOffset {
        &self.0.clock
    }

    /// Whether a session was revoked whose tokens may not have expired yet.
    pub fn is_session_revoked(&self, id: SessionId) -> bool {
        self.0.sessions.contains_key(&id)
    }

    /// Whether a single access token was revoked.
    pub fn is_jti_revoked(&self, jti: Uuid) -> bool {
        self.0.jtis.contains_key(&jti)
    }

    /// Inserts a revocation of this replica without waiting for the feed. Call it only after the commit. Returns whether
    /// the entry is new.
    pub fn insert(&self, what: Revoked, expires_at: Timestamp) -> bool {
        match what {
            Revoked::Session { id, index } => self.insert_session(id, index, expires_at),
            Revoked::Jti(jti) => self.0.jtis.insert(jti, expires_at).is_none(),
        }
    }

    fn insert_session(&self, id: SessionId, index: Option<StatusIndex>, expires_at: Timestamp) -> bool {
        let (news, listed) = match self.0.sessions.entry(id) {
            Entry::Vacant(place) => {
                place.insert(RevokedSession { expires_at, index });
                (true, index)
            }
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.expires_at = known.expires_at.max(expires_at);
                let late = if known.index.is_none() { index } else { None };
                known.index = known.index.or(index);
                (false, late)
            }
        };
        if let Some(index) = listed {
            self.change_list(index, |places| places.insert(index.place()));
        }
        news
    }

    /// Evicts the entries whose tokens have all expired.
    pub(super) fn evict_expired(&self, now: Timestamp) {
        self.0.jtis.retain(|_, expires_at| *expires_at > now);
        let mut gone = Vec::new();
        self.0.sessions.retain(|_, known| {
            let stays = known.expires_at > now;
            gone.extend(known.index.filter(|_| !stays));
            stays
        });
        for index in gone {
            self.change_list(index, |places| places.remove(&index.place()));
        }
    }

    fn change_list(&self, index: StatusIndex, change: impl FnOnce(&mut BTreeSet<u32>) -> bool) {
        let mut lists = self.0.lists.write().unwrap_or_else(PoisonError::into_inner);
        let list = lists.entry(index.list()).or_default();
        if change(&mut list.places) {
            list.generation += 1;
        }
    }

    /// Records that the read of the feed that started at `began` is complete; `newest` is the highest status index.
    pub(super) fn record_read(&self, began: Instant, newest: StatusIndex) {
        self.0.newest.fetch_max(newest.list(), Ordering::Relaxed);
        let since = began.saturating_duration_since(self.0.began).as_millis();
        self.0.last_read.fetch_max(u64::try_from(since).unwrap_or(u64::MAX - 1) + 1, Ordering::Release);
    }

    /// The number of revoked sessions and of revoked single tokens.
    pub fn sizes(&self) -> (usize, usize) {
        (self.0.sessions.len(), self.0.jtis.len())
    }

    /// Whether that status list can contain a session. One list more than the newest known one counts: another replica
    /// may have begun it since the last read.
    pub fn has_list(&self, number: u64) -> bool {
        number <= self.0.newest.load(Ordering::Relaxed) + 1
    }

    /// The current state of a status list; `None` for a list that cannot contain a session yet.
    pub fn list(&self, number: u64) -> Option<List> {
        let lists = self.0.lists.read().unwrap_or_else(PoisonError::into_inner);
        self.has_list(number).then(|| lists.get(&number).cloned().unwrap_or_default())
    }

    /// The generation of a status list.
    pub fn list_generation(&self, number: u64) -> u64 {
        let lists = self.0.lists.read().unwrap_or_else(PoisonError::into_inner);
        lists.get(&number).map_or(0, |list| list.generation)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn session(number: u128, index: i64) -> Revoked {
        Revoked::Session { id: SessionId(Uuid::from_u128(number)), index: Some(StatusIndex::new(index)) }
    }

    #[test]
    fn an_entry_leaves_when_it_expires_and_not_before() {
        let revocations = RevocationCache::new(Duration::from_secs(10));
        let (one, jti) = (SessionId(Uuid::from_u128(1)), Uuid::from_u128(2));
        assert!(revocations.insert(session(1, 77), at(100)));
        assert!(!revocations.insert(session(1, 77), at(90)), "seen before, and never shortened");
        assert!(revocations.insert(Revoked::Jti(jti), at(50)));
        revocations.evict_expired(at(99));
        assert!(revocations.is_session_revoked(one) && !revocations.is_jti_revoked(jti));
        assert_eq!(revocations.list(0).expect("known").places, BTreeSet::from([77]));
        revocations.evict_expired(at(100));
        assert!(!revocations.is_session_revoked(one));
        assert_eq!(revocations.list(0).expect("known").places, BTreeSet::new());
        assert_eq!(revocations.sizes(), (0, 0));
    }

    #[test]
    fn a_list_changes_its_generation_with_its_places_only() {
        let revocations = RevocationCache::new(Duration::from_secs(10));
        let generations = || (revocations.list_generation(0), revocations.list_generation(1));
        assert_eq!(generations(), (0, 0));
        revocations.insert(session(1, 5), at(100));
        revocations.insert(session(1, 5), at(100));
        assert_eq!(generations(), (1, 0));
        revocations.insert(session(2, 1 << 20), at(100));
        assert_eq!(generations(), (1, 1));
        revocations.evict_expired(at(100));
        assert_eq!(generations(), (2, 2));
    }

    #[test]
    fn what_was_learned_here_gets_its_place_from_the_feed() {
        let revocations = RevocationCache::new(Duration::from_secs(10));
        let id = SessionId(Uuid::from_u128(1));
        revocations.insert(Revoked::Session { id, index: None }, at(100));
        assert!(revocations.is_session_revoked(id));
        revocations.insert(session(1, 9), at(100));
        assert_eq!(revocations.list(0).expect("known").places, BTreeSet::from([9]));
    }

    #[test]
    fn it_is_fresh_only_after_a_look_and_not_for_ever() {
        let revocations = RevocationCache::new(Duration::ZERO);
        assert!(!revocations.is_fresh() && revocations.age().is_none());
        let before = Instant::now();
        revocations.record_read(before + Duration::from_secs(3600), StatusIndex::new(1));
        assert!(revocations.is_fresh());
        let revocations = RevocationCache::new(Duration::ZERO);
        revocations.record_read(Instant::now(), StatusIndex::new(1));
        std::thread::sleep(Duration::from_millis(3));
        assert!(!revocations.is_fresh());
    }

    #[test]
    fn lists_that_nobody_can_be_in_are_unknown() {
        let revocations = RevocationCache::new(Duration::from_secs(10));
        revocations.record_read(Instant::now(), StatusIndex::new(3 << 20));
        assert!(revocations.list(0).is_some() && revocations.list(3).is_some() && revocations.list(4).is_some());
        assert!(revocations.list(5).is_none() && revocations.list(u64::MAX).is_none());
    }
}
