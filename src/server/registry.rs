//! The open connections of a listener, by the network of the client, and which of them are closed for a new one.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv6Net};
use tokio::sync::oneshot;

use super::activity::{Activity, ActivityCell};

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
        let peer = peer.to_canonical();
        let within = |length| match peer {
            IpAddr::V4(_) => IpNet::from(peer),
            IpAddr::V6(v6) => Ipv6Net::new(v6, length).map_or(IpNet::from(peer), |network| network.trunc().into()),
        };
        Self { address: within(64), site: within(48), is_exempt }
    }
}

/// One open connection.
pub(super) struct Entry {
    pub(super) origin: Origin,
    pub(super) activity: Arc<ActivityCell>,
    /// Tells the connection to close.
    pub(super) close: oneshot::Sender<()>,
}

/// The open connections.
#[derive(Default)]
pub(super) struct Registry {
    entries: HashMap<u64, Entry>,
    last: u64,
    /// Of networks that are not exempt.
    counts: HashMap<IpNet, usize>,
}

/// How many connections of a network there are, and how many of them are idle.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    open: usize,
    idle: usize,
}

impl Registry {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
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
        self.last += 1;
        self.entries.insert(self.last, entry);
        self.last
    }

    /// Removes a connection, unless that was done before.
    pub(super) fn remove(&mut self, id: u64) -> Option<Entry> {
        let entry = self.entries.remove(&id)?;
        for network in networks(&entry.origin) {
            match self.counts.get_mut(&network) {
                Some(open) if *open > 1 => *open -= 1,
                _ => drop(self.counts.remove(&network)),
            }
        }
        Some(entry)
    }

    /// Removes up to `most` connections, which are to be closed for one from `newcomer`: those of the network that holds
    /// the most.
    ///
    /// Idle ones go first, those that are idle the longest first. A network loses them only to networks that hold no more
    /// than it does, and exempt networks lose them only where no other network has any. Where there are none, a network
    /// that holds more than half of all connections loses those that wait for its clients.
    pub(super) fn evict(&mut self, newcomer: &Origin, most: usize) -> Vec<Entry> {
        let tallies = self.tallies();
        let of_newcomer = tallies.get(&(newcomer.site, newcomer.is_exempt)).map_or(0, |tally| tally.open);
        let may_lose = |(_, is_exempt): &(IpNet, bool), tally: &Tally| {
            tally.open >= of_newcomer || (newcomer.is_exempt && !is_exempt)
        };
        let with_idle = tallies.iter().filter(|(network, tally)| tally.idle > 0 && may_lose(network, tally));
        let largest = with_idle.max_by_key(|((network, is_exempt), tally)| (!is_exempt, tally.open, *network));
        if let Some((network, _)) = largest {
            return self.take(*network, Activity::Idle, most);
        }
        let dominates = |((network, is_exempt), tally): &(&(IpNet, bool), &Tally)| {
            !is_exempt && *network != newcomer.site && tally.open * 2 > self.entries.len()
        };
        let dominating = tallies.iter().find(dominates).map(|(network, _)| *network);
        dominating.map(|network| self.take(network, Activity::Waiting, most)).unwrap_or_default()
    }

    fn tallies(&self) -> HashMap<(IpNet, bool), Tally> {
        let mut tallies: HashMap<_, Tally> = HashMap::new();
        for Entry { origin, activity, .. } in self.entries.values() {
            let tally = tallies.entry((origin.site, origin.is_exempt)).or_default();
            tally.open += 1;
            tally.idle += usize::from(activity.get().0 == Activity::Idle);
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
        let cases: [(&str, &[(&str, usize, Activity, u64)], &str, usize, &[(&str, u64)]); 12] = [
            ("the longest idle first", &[(a, 1, IDLE, 9), (a, 1, IDLE, 3), (a, 1, IDLE, 6)], b, 2, &[(a, 3), (a, 6)]),
            ("not those that work", &[(a, 2, WORKING, 0), (a, 1, IDLE, 5)], b, 9, &[(a, 5)]),
            ("of the larger network", &[(a, 2, IDLE, 9), (b, 1, IDLE, 1)], c, 1, &[(a, 9)]),
            ("none within the larger network", &[(a, 3, WORKING, 1), (b, 1, IDLE, 1)], c, 9, &[(b, 1)]),
            ("of its own network", &[(a, 2, IDLE, 1), (b, 1, IDLE, 0)], a, 1, &[(a, 1)]),
            ("not of a smaller network", &[(a, 2, WAITING, 1), (b, 1, IDLE, 0)], a, 9, &[]),
            (
                "unfinished requests of more than half",
                &[(a, 3, WAITING, 1), (b, 2, WAITING, 0)],
                c,
                2,
                &[(a, 1), (a, 1)],
            ),
            ("not of half", &[(a, 2, WAITING, 1), (b, 2, WAITING, 0)], c, 9, &[]),
            ("not for the same network", &[(a, 3, WAITING, 1), (b, 1, WAITING, 0)], a, 9, &[]),
            ("exempt ones last", &[("127.0.0.1", 9, IDLE, 0), (a, 1, IDLE, 7)], b, 9, &[(a, 7)]),
            ("exempt ones where there are no others", &[("127.0.0.1", 2, IDLE, 4)], a, 1, &[("127.0.0.1", 4)]),
            (
                "of a smaller network for an exempt one",
                &[("127.0.0.1", 9, IDLE, 0), (a, 1, IDLE, 7)],
                "127.0.0.1",
                1,
                &[(a, 7)],
            ),
        ];
        for (name, connections, newcomer, most, expected) in cases {
            let expected: Vec<(String, u64)> = pairs(expected);
            assert_eq!(evicted(connections, newcomer, most), expected, "{name}");
        }
        let waiting_of_exempt = [("127.0.0.1", 9, WAITING, 0)];
        assert_eq!(evicted(&waiting_of_exempt, a, 9), [], "an exempt network keeps its unfinished requests");
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
        assert_eq!(registry.len(), 2);
        for id in 1..=3 {
            registry.remove(id);
            registry.remove(id);
        }
        assert_eq!((counts(&registry), registry.len(), registry.counts.len()), ([0, 0, 0], 0, 0));
    }
}
