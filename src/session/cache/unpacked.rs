//! The sessions that are asked for most, as they are handed out: reading the compact form of one costs a dozen allocations.

use std::sync::Arc;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::entry::{CachedSession, Entry};
use crate::base::id::SessionId;

/// The limit of all of them, in bytes of their compact form.
const MAX_BYTES: u64 = 2 * 1024 * 1024;
/// The bytes of one beside its profile and claims, about.
const OF_ONE: usize = 512;

/// A bounded part of the cached sessions.
pub(super) struct Unpacked(Cache<SessionId, OfEntry, ByLength>);

/// A session and the entry that it was read from.
#[derive(Clone)]
struct OfEntry {
    entry: Arc<Entry>,
    session: Arc<CachedSession>,
}

#[derive(Clone)]
struct ByLength;

impl Weighter<SessionId, OfEntry> for ByLength {
    fn weight(&self, _: &SessionId, one: &OfEntry) -> u64 {
        u64::try_from(OF_ONE + one.entry.session.text_length()).unwrap_or(u64::MAX)
    }
}

impl Unpacked {
    pub(super) fn new() -> Self {
        let number = usize::try_from(MAX_BYTES).unwrap_or(usize::MAX) / OF_ONE;
        Self(Cache::with_weighter(number, MAX_BYTES, ByLength))
    }

    /// The session of that entry, read from it unless that was done before.
    pub(super) fn of(&self, id: SessionId, entry: Arc<Entry>) -> Arc<CachedSession> {
        if let Some(known) = self.0.get(&id).filter(|known| Arc::ptr_eq(&known.entry, &entry)) {
            return known.session;
        }
        let (signed_in, claims) = (entry.session.signed_in(id), entry.session.claims());
        let session = Arc::new(CachedSession { signed_in, claims });
        self.0.insert(id, OfEntry { entry, session: Arc::clone(&session) });
        session
    }

    /// Removes a session, whose entry has changed.
    pub(super) fn remove(&self, id: SessionId) {
        self.0.remove(&id);
    }

    /// Keeps the sessions of these entries.
    pub(super) fn retain(&self, keep: impl Fn(&Entry) -> bool) {
        self.0.retain(|_, one| keep(&one.entry));
    }
}
