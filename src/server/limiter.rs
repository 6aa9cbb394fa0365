//! How many connections there may be, in all and from one client address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often the log names an address, or the limit of all connections.
const WARN_EVERY: Duration = Duration::from_secs(3600);
/// Addresses whose last warning is remembered; while there are more, no further ones are named.
const MAX_WARNED: usize = 4096;

/// Counts the connections of one listener, on all its workers.
pub(super) struct Limiter {
    all: usize,
    per_address: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: usize,
    by_address: HashMap<IpAddr, usize>,
    warned: HashMap<IpAddr, Instant>,
    warned_of_all: Option<Instant>,
}

/// A connection that was let in; counted until it is dropped.
pub(super) struct Permit {
    limiter: Arc<Limiter>,
    counted: Option<IpAddr>,
}

/// A connection that is closed at accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitExceeded {
    /// There are as many as there may be.
    All {
        /// Whether the log is to say so.
        warn: bool,
    },
    /// This address has as many as it may have.
    Address {
        /// The address, or the /64 of IPv6.
        network: IpAddr,
        /// Whether the log is to say so.
        warn: bool,
    },
}

impl Limiter {
    pub(super) fn new(all: usize, per_address: usize) -> Arc<Self> {
        Arc::new(Self { all, per_address, state: Mutex::default() })
    }

    /// How many connections there may be in all.
    pub(super) fn all(&self) -> usize {
        self.all
    }

    /// Counts a connection from `peer`, by its address unless that is exempt.
    pub(super) fn admit(
        self: &Arc<Self>,
        peer: IpAddr,
        is_exempt: bool,
        now: Instant,
    ) -> Result<Permit, LimitExceeded> {
        let counted = (!is_exempt).then(|| network(peer));
        let mut state = self.state();
        if state.open >= self.all {
            let warn = state.warned_of_all.is_none_or(|last| now.duration_since(last) >= WARN_EVERY);
            state.warned_of_all = if warn { Some(now) } else { state.warned_of_all };
            return Err(LimitExceeded::All { warn });
        }
        if let Some(network) = counted {
            let open = state.by_address.get(&network).copied().unwrap_or_default();
            if open >= self.per_address {
                return Err(LimitExceeded::Address { network, warn: state.warn(network, now) });
            }
            state.by_address.insert(network, open + 1);
        }
        state.open += 1;
        Ok(Permit { limiter: Arc::clone(self), counted })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether the log has not named this address for an hour.
    fn warn(&mut self, network: IpAddr, now: Instant) -> bool {
        let is_recent = |last: &Instant| now.duration_since(*last) < WARN_EVERY;
        if self.warned.get(&network).is_some_and(is_recent) {
            return false;
        }
        if self.warned.len() >= MAX_WARNED {
            self.warned.retain(|_, last| is_recent(last));
        }
        let has_capacity = self.warned.len() < MAX_WARNED;
        if has_capacity {
            self.warned.insert(network, now);
        }
        has_capacity
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        state.open -= 1;
        let Some(network) = self.counted else { return };
        match state.by_address.get_mut(&network) {
            Some(open) if *open > 1 => *open -= 1,
            _ => drop(state.by_address.remove(&network)),
        }
    }
}

/// What is counted as one address: the /64 of IPv6, and IPv4 in whatever form.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn refused(outcome: Result<Permit, LimitExceeded>) -> Option<LimitExceeded> {
        outcome.err()
    }

    #[test]
    fn connections_of_an_address_are_limited_and_the_log_names_it_once_an_hour() {
        let (limiter, start) = (Limiter::new(100, 2), Instant::now());
        let admit = |address, after| limiter.admit(ip(address), false, start + Duration::from_secs(after));
        let (first, _second) = (admit("192.0.2.1", 0), admit("::ffff:192.0.2.1", 0));
        let beyond = |warn| Some(LimitExceeded::Address { network: ip("192.0.2.1"), warn });
        assert_eq!(refused(admit("192.0.2.1", 0)), beyond(true));
        assert_eq!(refused(admit("192.0.2.1", 3599)), beyond(false));
        assert_eq!(refused(admit("192.0.2.1", 3600)), beyond(true));
        assert!(admit("192.0.2.2", 0).is_ok(), "another address");
        drop(first);
        let third = admit("192.0.2.1", 3601);
        assert!(third.is_ok(), "one was closed");
        assert_eq!(refused(admit("192.0.2.1", 3602)), beyond(false));
    }

    #[test]
    fn an_ipv6_network_counts_as_one_address() {
        let (limiter, now) = (Limiter::new(100, 1), Instant::now());
        let _one = limiter.admit(ip("2001:db8:1:2::1"), false, now).expect("the first");
        let network = ip("2001:db8:1:2::");
        let beyond = Some(LimitExceeded::Address { network, warn: true });
        assert_eq!(refused(limiter.admit(ip("2001:db8:1:2:ffff::9"), false, now)), beyond);
        assert!(limiter.admit(ip("2001:db8:1:3::1"), false, now).is_ok());
    }

    #[test]
    fn an_exempt_address_counts_among_all_only() {
        let (limiter, start) = (Limiter::new(3, 1), Instant::now());
        let admit = |after| limiter.admit(ip("127.0.0.1"), true, start + Duration::from_secs(after));
        let mut open: Vec<_> = (0..3).map(|_| admit(0).expect("below the limit")).collect();
        assert_eq!(refused(admit(0)), Some(LimitExceeded::All { warn: true }));
        assert_eq!(refused(admit(1)), Some(LimitExceeded::All { warn: false }));
        assert_eq!(refused(admit(3600)), Some(LimitExceeded::All { warn: true }));
        open.pop();
        assert!(admit(3601).is_ok());
    }

    #[test]
    fn what_is_remembered_follows_the_open_connections_and_is_bounded() {
        let (limiter, start) = (Limiter::new(100_000, 0), Instant::now());
        let address = |n: u32| IpAddr::from(std::net::Ipv4Addr::from_bits(0x0a00_0000 + n));
        let warns = |n, after| {
            matches!(
                refused(limiter.admit(address(n), false, start + Duration::from_secs(after))),
                Some(LimitExceeded::Address { warn: true, .. })
            )
        };
        let named = (0..10_000).filter(|n| warns(*n, 0)).count();
        assert_eq!(named, MAX_WARNED);
        assert!(warns(20_000, 3600), "the old ones are forgotten");
        assert_eq!(limiter.state().warned.len(), 1);
        assert!(limiter.state().by_address.is_empty());

        let limiter = Limiter::new(100, 10);
        drop((0..10).map(|n| limiter.admit(address(n), false, start)).collect::<Vec<_>>());
        let state = limiter.state();
        assert_eq!((state.open, state.by_address.len()), (0, 0));
    }
}
