//! How many connections there may be, in all and from one network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use tokio::sync::oneshot;

use super::activity::{Activity, ActivityCell};
use super::registry::{Entry, Origin, Registry};
use super::warnings::Warnings;

/// Connections that are closed at a time to accept new ones, at most. They are fewer than the spare sockets of a listener.
const MAX_EVICTED: usize = 32;
/// At most this part of all connections is closed at a time.
const EVICTED_PART: usize = 16;
/// How long after one search for connections to close the next one for the same network begins.
const SEARCH_EVERY: Duration = Duration::from_millis(100);
/// Networks whose last search is remembered before old ones are forgotten.
const MAX_SEARCHED: usize = 1024;
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
    /// Connections that were told to close, and have not done so.
    closing: usize,
    /// When connections were last searched for a newcomer of a network. Each network has a time of its own, or one whose
    /// newcomers find none would keep out all others.
    searched: HashMap<IpNet, Instant>,
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

/// An accepted connection.
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
        let mut state = self.state();
        let limits = [(origin.address, self.per_address), (origin.site, self.per_site)];
        let exceeded = limits.into_iter().find(|(network, limit)| state.open.count(*network) >= *limit);
        if let Some((network, _)) = exceeded.filter(|_| !is_exempt) {
            return Err(LimitExceeded::Network { network, warn: state.warnings.is_due(network, now) });
        }
        let mut evicted = None;
        if self.is_full(&state.open, is_exempt) {
            let network = state.evict(&origin, self.all, now);
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

impl State {
    /// Tells connections to close, and counts them no more; the network that they are from.
    fn evict(&mut self, newcomer: &Origin, all: usize, now: Instant) -> Option<IpNet> {
        let most = (all / EVICTED_PART).clamp(1, MAX_EVICTED).saturating_sub(self.closing);
        if most == 0 || !(newcomer.is_exempt || self.may_search(newcomer.site, now)) {
            return None;
        }
        let evicted = self.open.evict(newcomer, most);
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
            state.closing = state.closing.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn network(text: &str) -> IpNet {
        text.parse().expect("a network")
    }

    fn refused(outcome: Result<Admitted, LimitExceeded>) -> Option<LimitExceeded> {
        outcome.err()
    }

    /// A permit of a connection that works on a request.
    fn working(outcome: Result<Admitted, LimitExceeded>) -> Permit {
        with(outcome, Activity::Working)
    }

    fn with(outcome: Result<Admitted, LimitExceeded>, activity: Activity) -> Permit {
        let mut permit = outcome.map_err(|refused| format!("{refused:?}")).expect("below the limits").permit;
        permit.set(activity);
        permit
    }

    fn is_evicted(permit: &mut Permit) -> bool {
        permit.poll_evicted(&mut Context::from_waker(std::task::Waker::noop())).is_ready()
    }

    #[test]
    fn connections_of_an_address_are_limited_and_the_log_names_it_once_an_hour() {
        let (limiter, start) = (Limiter::new(100, 2), Instant::now());
        let admit = |address, after| limiter.admit(ip(address), false, start + Duration::from_secs(after));
        let (first, _second) = (admit("192.0.2.1", 0), admit("::ffff:192.0.2.1", 0));
        let beyond = |warn| Some(LimitExceeded::Network { network: network("192.0.2.1/32"), warn });
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
    fn an_ipv6_64_counts_as_one_address_and_a_48_as_four() {
        let (limiter, now) = (Limiter::new(100, 1), Instant::now());
        let admit = |address: &str| limiter.admit(ip(address), false, now);
        let mut open = vec![admit("2001:db8:1:2::1").map_err(|_| "refused").expect("the first")];
        let beyond = |text| Some(LimitExceeded::Network { network: network(text), warn: true });
        assert_eq!(refused(admit("2001:db8:1:2:ffff::9")), beyond("2001:db8:1:2::/64"));
        open.extend((3..6).map(|n| admit(&format!("2001:db8:1:{n}::1")).map_err(|_| "refused").expect("another /64")));
        assert_eq!(refused(admit("2001:db8:1:6::1")), beyond("2001:db8:1::/48"));
        assert!(admit("2001:db8:2:6::1").is_ok(), "another /48");
        open.pop();
        assert!(admit("2001:db8:1:6::1").is_ok());
    }

    #[test]
    fn at_the_limit_the_longest_idle_connections_are_closed_for_a_new_one() {
        let (limiter, start) = (Limiter::new(64, 64), Instant::now());
        let admit = |address, millis| limiter.admit(ip(address), false, start + Duration::from_millis(millis));
        let permit = |address, millis| with(admit(address, millis), Activity::Idle);
        let mut open: Vec<Permit> = (0..32).map(|millis| permit("192.0.2.1", millis)).collect();
        open.extend((0..28).map(|n| permit(["192.0.2.4", "192.0.2.5"][n % 2], 0)));
        let newcomer = admit("192.0.2.2", 1000).map_err(|_| "refused").expect("others are closed for it");
        assert_eq!(newcomer.evicted, Some(network("192.0.2.1/32")));
        let told = |open: &mut Vec<Permit>| open.iter_mut().map(is_evicted).filter(|told| *told).count();
        assert_eq!((told(&mut open), open.iter_mut().take(4).all(is_evicted)), (4, true), "a sixteenth, the oldest");

        // The others are for further connections; then none is closed for 100 ms, nor while those that were told are open.
        let mut others: Vec<_> = (0..3).map(|_| admit("192.0.2.3", 1000)).collect();
        assert!(others.iter().all(|other| other.as_ref().is_ok_and(|other| other.evicted.is_none())));
        assert_eq!(refused(admit("192.0.2.3", 1099)), Some(LimitExceeded::All { warn: true }));
        assert_eq!(refused(admit("192.0.2.3", 1100)), Some(LimitExceeded::All { warn: false }));
        open.drain(..4);
        others.push(admit("192.0.2.3", 1200));
        assert!(others.iter().all(Result::is_ok));
        let numbers = || {
            let state = limiter.state();
            (state.open.len(), state.closing)
        };
        assert_eq!((told(&mut open), numbers()), (4, (57, 4)));
        drop((open, others, newcomer));
        assert_eq!(numbers(), (0, 0));
    }

    /// Three networks hold everything with unfinished requests. The newcomers of one of them find nothing to close, however
    /// often they come.
    #[test]
    fn newcomers_of_a_large_network_do_not_keep_out_others() {
        let (limiter, now) = (Limiter::new(64, 32), Instant::now());
        let admit = |address| limiter.admit(ip(address), false, now);
        let large = [("2001:db8:1::1", 20), ("2001:db8:2::1", 22), ("192.0.2.1", 18)];
        let addresses = large.into_iter().flat_map(|(address, count)| std::iter::repeat_n(address, count));
        let mut open: Vec<Permit> = addresses.map(|address| with(admit(address), Activity::Waiting)).collect();
        for address in ["2001:db8:1:9::1", "192.0.2.1", "2001:db8:1:9::1"] {
            assert!(matches!(refused(admit(address)), Some(LimitExceeded::All { .. })), "{address}");
        }
        let other = admit("192.0.2.9").map_err(|refused| format!("{refused:?}")).expect("others are closed for it");
        assert_eq!(other.evicted, Some(network("2001:db8:2::/48")));
        assert_eq!(open.iter_mut().map(is_evicted).filter(|told| *told).count(), 4);
    }

    #[test]
    fn no_network_has_more_than_half_of_all() {
        let (limiter, now) = (Limiter::new(8, 256), Instant::now());
        for addresses in [
            ["192.0.2.1"; 5],
            ["2001:db8:1:1::", "2001:db8:1:2::", "2001:db8:1:3::", "2001:db8:1:4::", "2001:db8:1:5::"],
        ] {
            let [permitted @ .., beyond] = addresses.map(|address| limiter.admit(ip(address), false, now));
            assert!(permitted.iter().all(Result::is_ok));
            assert!(matches!(refused(beyond), Some(LimitExceeded::Network { .. })));
        }
        let (admin, address) = (Limiter::of_all(8), ip("192.0.2.1"));
        let open: Vec<_> = (0..8).map(|_| admin.admit(address, false, now)).collect();
        assert!(open.iter().all(Result::is_ok), "the admin listener does not tell addresses apart");
    }

    #[test]
    fn places_are_kept_for_exempt_peers() {
        let (limiter, now) = (Limiter::new(64, 64), Instant::now());
        let admit = |address, is_exempt| limiter.admit(ip(address), is_exempt, now);
        let mut open: Vec<_> = (0..60).map(|n| working(admit(["192.0.2.1", "192.0.2.2"][n % 2], false))).collect();
        assert_eq!(refused(admit("192.0.2.3", false)), Some(LimitExceeded::All { warn: true }));
        open.extend((0..4).map(|_| working(admit("127.0.0.1", true))));
        assert!(matches!(refused(admit("127.0.0.1", true)), Some(LimitExceeded::All { .. })));
        for waiting in open.iter_mut().take(2) {
            waiting.set(Activity::Waiting);
        }
        assert!(admit("127.0.0.1", true).is_ok(), "an unfinished request of another network is closed for it");
    }

    /// Its client gets the answer of the request that began meanwhile.
    #[test]
    fn a_request_that_the_gateway_works_on_is_not_evicted() {
        let (limiter, start) = (Limiter::new(1, 1), Instant::now());
        let mut first = limiter.admit(ip("192.0.2.1"), false, start).map_err(|_| "refused").expect("the first").permit;
        let second = limiter.admit(ip("192.0.2.2"), false, start);
        first.set(Activity::Working);
        assert!(second.is_ok() && !is_evicted(&mut first));
        first.set(Activity::Idle);
        assert!(is_evicted(&mut first) && is_evicted(&mut first));
    }

    #[test]
    fn an_exempt_address_counts_among_all_only() {
        let (limiter, start) = (Limiter::new(3, 1), Instant::now());
        let admit = |after| limiter.admit(ip("127.0.0.1"), true, start + Duration::from_secs(after));
        let mut open: Vec<_> = (0..3).map(|_| working(admit(0))).collect();
        assert_eq!(refused(admit(0)), Some(LimitExceeded::All { warn: true }));
        assert_eq!(refused(admit(1)), Some(LimitExceeded::All { warn: false }));
        assert_eq!(refused(admit(3600)), Some(LimitExceeded::All { warn: true }));
        open.pop();
        assert!(admit(3601).is_ok());
    }
}
