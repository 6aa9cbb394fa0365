//! The open connections of a listener, by the network of the client, and which of them are closed for a new one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;
use tokio::sync::oneshot;

use super::activity::{Activity, ActivityCell};
use crate::base::network::network_of;

/// The networks that an address is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The address, or the /64 of IPv6.
    pub(super) address: IpNet,
    /// The /48 of IPv6, which one customer may have; of IPv4 the address.
    pub(super) site: IpNet,
    /// Not limited by network: loopback, trusted proxies.
    pub(super) is_exempt: bool,
}

impl Origin {
    pub(super) fn new(peer: IpAddr, is_exempt: bool) -> Self {
        Self { address: network_of(peer, 32, 64), site: network_of(peer, 32, 48), is_exempt }
    }
}

/// One open connection, and whether it is idle.
pub(super) struct Entry {
    pub(super) origin: Origin,
    pub(super) activity: Arc<ActivityCell>,
    /// Tells the connection to close.
    pub(super) close: oneshot::Sender<()>,
}

/// The open connections by network, to find the largest one.
#[derive(Default)]
pub(super) struct Registry {
    entries: HashMap<u64, Entry>,
    last: u64,
    /// Connections that are not exempt.
    counted: usize,
    /// Of networks that are not exempt.
    counts: HashMap<IpNet, usize>,
}

/// How many connections of a network there are, and what they wait for.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    open: usize,
    idle: usize,
    waiting: usize,
}

/// By network, and whether its connections are exempt.
type Tallies = HashMap<(IpNet, bool), Tally>;

impl Registry {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many connections are not exempt.
    pub(super) fn len_counted(&self) -> usize {
        self.counted
    }

    /// How many connections of a network are open; 0 for those that are exempt.
    pub(super) fn count(&self, network: IpNet) -> usize {
        self.counts.get(&network).copied().unwrap_or_default()
    }

    /// Adds a connection; returns its id.
    pub(super) fn insert(&mut self, entry: Entry) -> u64 {
        for network in networks(&entry.origin) {
            *self.counts.entry(network).or_default() += 1;
        }
        self.counted += usize::from(!entry.origin.is_exempt);
        self.last += 1;
        self.entries.insert(self.last, entry);
        self.last
    }

    /// Removes a connection, unless that was done before.
    pub(super) fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        self.counted -= usize::from(!entry.origin.is_exempt);
        for network in networks(&entry.origin) {
            match self.counts.get_mut(&network) {
                Some(open) if *open > 1 => *open -= 1,
                _ => drop(self.counts.remove(&network)),
            }
        }
        Some(entry)
    }

    /// Removes up to `most` connections, which are to be closed for one from `newcomer`.
    ///
    /// Those of exempt networks are removed only for an exempt newcomer, and only if no other network has any. Of the
    /// others the largest network that has idle ones loses them, those that are idle the longest first, unless it is
    /// smaller than the newcomer's. If there are none, the largest network that has at least twice as many as the
    /// newcomer's would have loses up to half of its connections: those that wait for its clients.
    pub(super) fn evict(&mut self, newcomer: &Origin, most: usize) -> Vec<Entry> {
        let tallies = self.tallies();
        let own = self.count(newcomer.site);
        let is_idle = |tally: &Tally| tally.idle > 0 && (newcomer.is_exempt || tally.open >= own);
        if let Some((network, _)) = largest(&tallies, false, is_idle) {
            return self.take(network, Activity::Idle, most);
        }
        let is_large = |tally: &Tally| tally.waiting > 0 && (newcomer.is_exempt || tally.open >= 2 * (own + 1));
        if let Some((network, open)) = largest(&tallies, false, is_large) {
            return self.take(network, Activity::Waiting, most.min(open.div_ceil(2)));
        }
        let of_exempt = largest(&tallies, true, |tally| tally.idle > 0).filter(|_| newcomer.is_exempt);
        of_exempt.map(|(network, _)| self.take(network, Activity::Idle, most)).unwrap_or_default()
    }

    fn tallies(&self) -> Tallies {
        let mut tallies: HashMap<_, Tally> = HashMap::new();
        for Entry { origin, activity, .. } in self.entries.values() {
            let tally = tallies.entry((origin.site, origin.is_exempt)).or_default();
            tally.open += 1;
            match activity.get().0 {
                Activity::Idle => tally.idle += 1,
                Activity::Waiting => tally.waiting += 1,
                Activity::Working => {}
            }
        }
        tallies
    }

    fn take(&mut self, (site, is_exempt): (IpNet, bool), wanted: Activity, most: usize) -> Vec<Entry> {
        let of_network = |entry: &Entry| entry.origin.site == site && entry.origin.is_exempt == is_exempt;
        let chosen = self.entries.iter().filter(|(_, entry)| of_network(entry)).filter_map(|(id, entry)| {
            let (activity, since) = entry.activity.get();
            (activity == wanted).then_some((since, *id))
        });
        let mut chosen: Vec<_> = chosen.collect();
        chosen.sort_unstable();
        chosen.truncate(most);
        chosen.into_iter().filter_map(|(_, id)| self.remove(id)).collect()
    }
}

/// The network with the most connections of those that qualify, with the number of its connections.
fn largest(tallies: &Tallies, is_exempt: bool, qualifies: impl Fn(&Tally) -> bool) -> Option<((IpNet, bool), usize)> {
    let of_kind = tallies.iter().filter(|((_, exempt), tally)| *exempt == is_exempt && qualifies(tally));
    of_kind.map(|(network, tally)| (*network, tally.open)).max_by_key(|(network, open)| (*open, *network))
}

/// The networks whose connections are counted, each once.
fn networks(origin: &Origin) -> impl Iterator<Item = IpNet> + use<> {
    let site = (origin.site != origin.address).then_some(origin.site);
    let counted = [Some(origin.address), site].map(|network| network.filter(|_| !origin.is_exempt));
    counted.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    const IDLE: Activity = Activity::Idle;
    const WAITING: Activity = Activity::Waiting;
    const WORKING: Activity = Activity::Working;

    fn origin(address: &str) -> Origin {
        // Loopback is exempt in these tests.
        Origin::new(address.parse().expect("an address"), address.starts_with("127."))
    }

    /// A registry with these connections: of an address so many, with that activity, since that second.
    fn registry(connections: &[(&str, usize, Activity, u64)]) -> Registry {
        let (mut registry, epoch) = (Registry::default(), Instant::now());
        for (address, count, activity, since) in connections {
            for _ in 0..*count {
                let cell = ActivityCell::idle(epoch, epoch);
                cell.set(*activity, epoch + Duration::from_secs(*since));
                let close = oneshot::channel().0;
                registry.insert(Entry { origin: origin(address), activity: Arc::new(cell), close });
            }
        }
        registry
    }

    /// The addresses of evicted connections, with the seconds since when they had their activity.
    fn evicted(connections: &[(&str, usize, Activity, u64)], newcomer: &str, most: usize) -> Vec<(String, u64)> {
        let evicted = registry(connections).evict(&origin(newcomer), most);
        let shown = |entry: Entry| (entry.origin.address.addr().to_string(), entry.activity.get().1.as_secs());
        evicted.into_iter().map(shown).collect()
    }

    #[test]
    fn the_longest_idle_connections_of_the_largest_network_are_evicted() {
        let (a, b, c) = ("192.0.2.1", "192.0.2.2", "192.0.2.3");
        let pairs = |pairs: &[(&str, u64)]| pairs.iter().map(|(address, since)| ((*address).into(), *since)).collect();
        let cases: [(&str, &[(&str, usize, Activity, u64)], &str, usize, &[(&str, u64)]); 6] = [
            ("the longest idle first", &[(a, 1, IDLE, 9), (a, 1, IDLE, 3), (a, 1, IDLE, 6)], b, 2, &[(a, 3), (a, 6)]),
            ("not those that work", &[(a, 2, WORKING, 0), (a, 1, IDLE, 5)], b, 9, &[(a, 5)]),
            ("of the larger network", &[(a, 2, IDLE, 9), (b, 1, IDLE, 1)], c, 1, &[(a, 9)]),
            ("none within the larger network", &[(a, 3, WORKING, 1), (b, 1, IDLE, 1)], c, 9, &[(b, 1)]),
            ("of its own network", &[(a, 2, IDLE, 1), (b, 1, IDLE, 0)], a, 1, &[(a, 1)]),
            ("not of a smaller network", &[(a, 2, WAITING, 1), (b, 1, IDLE, 0)], a, 9, &[]),
        ];
        for (name, connections, newcomer, most, expected) in cases {
            let expected: Vec<(String, u64)> = pairs(expected);
            assert_eq!(evicted(connections, newcomer, most), expected, "{name}");
        }
    }

    /// For the case that no connection is idle. No network has more than half of all.
    #[test]
    fn a_network_with_twice_as_many_loses_those_that_wait_for_its_clients() {
        let (a, b, c) = ("192.0.2.1", "192.0.2.2", "192.0.2.3");
        let three = [(a, 256, WAITING, 3), (b, 256, WAITING, 2), (c, 186, WAITING, 1)];
        let count = |connections: &[_], newcomer| {
            let evicted = evicted(connections, newcomer, 32);
            let first = evicted.first().map(|(address, _)| address.clone());
            (first, evicted.len())
        };
        let newcomers = ["192.0.2.9", "127.0.0.2"];
        assert_eq!(newcomers.map(|newcomer| count(&three, newcomer)), [(Some(b.to_owned()), 32), (Some(b.into()), 32)]);
        assert_eq!(count(&three, c), (None, 0), "the others have less than twice as many");
        assert_eq!(count(&three, a), (None, 0), "not of its own network");
        assert_eq!(count(&[(a, 4, WAITING, 0), (b, 1, WORKING, 0)], b), (Some(a.into()), 2), "half of them");
        assert_eq!(count(&[(a, 4, WAITING, 0), (b, 2, WORKING, 0)], b), (None, 0));
        assert_eq!(count(&[(a, 1, WAITING, 0)], b), (None, 0), "a single one stays");
        assert_eq!(count(&[(a, 1, WAITING, 0)], "127.0.0.1"), (Some(a.into()), 1), "except for an exempt one");
        assert_eq!(count(&[(a, 9, WAITING, 0), (b, 1, IDLE, 0)], c), (Some(b.into()), 1), "idle ones go first");
        assert_eq!(count(&[(a, 9, WORKING, 0)], "127.0.0.1"), (None, 0), "those that work stay");
    }

    #[test]
    fn exempt_connections_are_closed_for_exempt_ones_only() {
        let (a, b, proxy) = ("192.0.2.1", "192.0.2.2", "127.0.0.1");
        let idle_proxy = (proxy, 9, IDLE, 0);
        let evicted = |connections: &[_], newcomer| evicted(connections, newcomer, 1);
        let one = |address: &str, since| vec![(address.to_owned(), since)];
        assert_eq!(evicted(&[idle_proxy], a), []);
        assert_eq!(evicted(&[idle_proxy, (a, 1, WAITING, 7)], b), []);
        assert_eq!(evicted(&[idle_proxy, (a, 2, WAITING, 7)], b), one(a, 7));
        assert_eq!(evicted(&[idle_proxy, (a, 1, IDLE, 7)], b), one(a, 7));
        assert_eq!(evicted(&[idle_proxy, (a, 1, IDLE, 7)], proxy), one(a, 7), "of a smaller network");
        assert_eq!(evicted(&[idle_proxy, (a, 1, WAITING, 7)], "127.0.0.2"), one(a, 7));
        assert_eq!(evicted(&[idle_proxy, (a, 1, WORKING, 7)], "127.0.0.2"), one(proxy, 0));
        assert_eq!(evicted(&[(proxy, 9, WAITING, 0)], "127.0.0.2"), [], "an unfinished request of a proxy");
    }

    #[test]
    fn the_networks_of_one_ipv6_site_are_one() {
        let connections = [("2001:db8:1:1::1", 2, IDLE, 1), ("2001:db8:1:2::1", 2, IDLE, 0), ("192.0.2.1", 3, IDLE, 0)];
        let two = [("2001:db8:1:2::".to_owned(), 0), ("2001:db8:1:2::".to_owned(), 0)];
        assert_eq!(evicted(&connections, "192.0.2.2", 2), two);
    }

    #[test]
    fn the_counts_follow_the_open_connections() {
        let mut registry = registry(&[("2001:db8:1:1::1", 2, IDLE, 0), ("2001:db8:1:2::1", 1, IDLE, 0)]);
        let [one, two] = ["2001:db8:1:1::9", "2001:db8:1:2::9"].map(origin);
        let counts = |registry: &Registry| [one.address, two.address, one.site].map(|network| registry.count(network));
        assert_eq!(counts(&registry), [2, 1, 3]);
        assert_eq!(registry.evict(&origin("192.0.2.1"), 1).len(), 1);
        assert_eq!((registry.len(), registry.len_counted()), (2, 2));
        for id in 1..=3 {
            registry.remove(id);
            registry.remove(id);
        }
        assert_eq!((counts(&registry), registry.len(), registry.counts.len()), ([0, 0, 0], 0, 0));
        assert_eq!(registry.len_counted(), 0);
    }
}
