//! Closing connections for new ones: how many at a time, and how often they are searched for.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use ipnet::IpNet;

use super::registry::{Origin, Registry};

/// Connections that are closed at a time to accept new ones, at most. They are fewer than the spare sockets of a listener.
const MAX_EVICTED: usize = 32;
/// At most this part of all connections is closed at a time.
const EVICTED_PART: usize = 16;
/// How long after one search for connections to close the next one for the same network begins.
const SEARCH_EVERY: Duration = Duration::from_millis(100);
/// Networks whose last search is remembered before old ones are forgotten.
const MAX_SEARCHED: usize = 1024;

/// The recently closed connections, and the times of the searches for idle ones.
#[derive(Default)]
pub(super) struct Eviction {
    /// Connections that were asked to close, and are still open.
    closing: usize,
    /// When connections were last searched for a newcomer of a network. Each network has a time of its own, or one whose
    /// newcomers find none would keep out all others.
    searched: HashMap<IpNet, Instant>,
}

impl Eviction {
    /// Tells connections to close, and counts them no more; the network that they are from.
    /// `all`: how many connections there may be.
    pub(super) fn evict(&mut self, open: &mut Registry, newcomer: &Origin, all: usize, now: Instant) -> Option<IpNet> {
        let most = (all / EVICTED_PART).clamp(1, MAX_EVICTED).saturating_sub(self.closing);
        if most == 0 || !(newcomer.is_exempt || self.may_search(newcomer.site, now)) {
            return None;
        }
        let evicted = open.evict(newcomer, most);
        self.closing += evicted.len();
        let network = evicted.first().map(|entry| entry.origin.site);
        for entry in evicted {
            let _closed_meanwhile = entry.close.send(());
        }
        network
    }

    /// Whether the last search for a newcomer of this network is long enough ago; a search looks at all connections.
    fn may_search(&mut self, network: IpNet, now: Instant) -> bool {
        let is_recent = |last: &Instant| now.duration_since(*last) < SEARCH_EVERY;
        if self.searched.get(&network).is_some_and(is_recent) {
            return false;
        }
        if self.searched.len() >= MAX_SEARCHED {
            self.searched.retain(|_, last| is_recent(last));
        }
        self.searched.insert(network, now);
        true
    }

    /// Notes that a connection that was asked to close has closed.
    pub(super) fn note_closed(&mut self) {
        self.closing = self.closing.saturating_sub(1);
    }

    /// The number of connections that were asked to close, and are still open.
    #[cfg(test)]
    pub(super) fn closing(&self) -> usize {
        self.closing
    }
}
