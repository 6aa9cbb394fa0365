//! How many connections there may be, in all and from one network.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

use ipnet::IpNet;
use tokio::sync::oneshot;

use super::activity::{Activity, ActivityCell};
use super::eviction::Eviction;
use super::registry::{Entry, Origin, Registry};
use super::warnings::Warnings;

/// This part of all connections, and at most [`MAX_RESERVED`], is kept for peers that are exempt.
const RESERVED_PART: usize = 16;
const MAX_RESERVED: usize = 16;
/// How many networks of `limits.connections_per_address` a /48 of IPv6 counts as.
const ADDRESSES_PER_SITE: usize = 4;

/// Counts the connections of one listener, on all its workers.
pub(super) struct Limiter {
    all: usize,
    per_address: usize,
    per_site: usize,
    epoch: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: Registry,
    eviction: Eviction,
    warnings: Warnings,
}

/// A connection that was accepted; counted until it is dropped.
pub(super) struct Permit {
    limiter: Arc<Limiter>,
    id: u64,
    last: Activity,
    activity: Arc<ActivityCell>,
    told_to_close: oneshot::Receiver<()>,
    is_told: bool,
}

/// An accepted connection, which counts until its permit is dropped.
pub(super) struct Admitted {
    pub(super) permit: Permit,
    /// The network that loses connections for this one, if the log is to say so.
    pub(super) evicted: Option<IpNet>,
}

/// A connection that is closed at accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitExceeded {
    /// There are as many as there may be.
    All {
        /// Whether the log is to say so.
        warn: bool,
    },
    /// This network has as many as it may have.
    Network {
        /// The address, or the /64 or /48 of IPv6.
        network: IpNet,
        /// Whether the log is to say so.
        warn: bool,
    },
}

impl Limiter {
    /// A limiter of a listener that anyone reaches. An address or a /48 of IPv6 may have half of all connections, whatever
    /// `per_address` is.
    pub(super) fn new(all: usize, per_address: usize) -> Arc<Self> {
        let half = (all / 2).max(1);
        Self::with(all, per_address.min(half), per_address.saturating_mul(ADDRESSES_PER_SITE).min(half))
    }

    /// A limiter that does not tell addresses apart, except at the total limit.
    pub(super) fn of_all(all: usize) -> Arc<Self> {
        Self::with(all, all, all)
    }

    fn with(all: usize, per_address: usize, per_site: usize) -> Arc<Self> {
        Arc::new(Self { all, per_address, per_site, epoch: Instant::now(), state: Mutex::default() })
    }

    /// How many connections there may be in all.
    pub(super) fn all(&self) -> usize {
        self.all
    }

    /// Counts a connection from `peer`, by its networks unless it is exempt. If there are as many as there may be, others
    /// are closed for it.
    pub(super) fn admit(
        self: &Arc<Self>,
        peer: IpAddr,
        is_exempt: bool,
        now: Instant,
    ) -> Result<Admitted, LimitExceeded> {
        let origin = Origin::new(peer, is_exempt);
        let state = &mut *self.state();
        let limits = [(origin.address, self.per_address), (origin.site, self.per_site)];
        let exceeded = limits.into_iter().find(|(network, limit)| state.open.count(*network) >= *limit);
        if let Some((network, _)) = exceeded.filter(|_| !is_exempt) {
            return Err(LimitExceeded::Network { network, warn: state.warnings.is_due(network, now) });
        }
        let mut evicted = None;
        if self.is_full(&state.open, is_exempt) {
            let network = state.eviction.evict(&mut state.open, &origin, self.all, now);
            let Some(network) = network else {
                return Err(LimitExceeded::All { warn: state.warnings.is_limit_due(now) });
            };
            evicted = Some(network).filter(|_| state.warnings.is_eviction_due(now));
        }
        let activity = Arc::new(ActivityCell::idle(self.epoch, now));
        let (close, told_to_close) = oneshot::channel();
        let id = state.open.insert(Entry { origin, activity: Arc::clone(&activity), close });
        let limiter = Arc::clone(self);
        let permit = Permit { limiter, id, last: Activity::Idle, activity, told_to_close, is_told: false };
        Ok(Admitted { permit, evicted })
    }

    /// Whether there is no place for a further connection. Some places are for exempt peers only.
    fn is_full(&self, open: &Registry, is_exempt: bool) -> bool {
        let reserved = (self.all / RESERVED_PART).min(MAX_RESERVED);
        open.len() >= self.all || (!is_exempt && open.len_counted() >= self.all - reserved)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// Notes what the connection waits for from now on.
    pub(super) fn set(&mut self, activity: Activity) {
        if self.last != activity {
            self.last = activity;
            self.activity.set(activity, Instant::now());
        }
    }

    /// Ready once the connection has to close for another one. A request that the gateway works on is answered before.
    pub(super) fn poll_evicted(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.last == Activity::Working {
            return Poll::Pending;
        }
        self.is_told = self.is_told || Pin::new(&mut self.told_to_close).poll(cx).is_ready();
        if self.is_told { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if state.open.remove(self.id).is_none() {
            state.eviction.note_closed();
        }
    }
}

#[cfg(test)]
mod tests;
