//! The networks that the log has named, so that it names each at most once an hour.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use ipnet::IpNet;

/// How often the log names a network, or the limit of all connections.
const EVERY: Duration = Duration::from_secs(3600);
/// Networks that are remembered; while there are more, no further ones are named.
const MAX_NETWORKS: usize = 4096;

/// The warnings of one listener.
#[derive(Default)]
pub(super) struct Warnings {
    networks: HashMap<IpNet, Instant>,
    limit: Option<Instant>,
    eviction: Option<Instant>,
}

impl Warnings {
    /// Whether to name this network, which has too many connections.
    pub(super) fn is_due(&mut self, network: IpNet, now: Instant) -> bool {
        if self.networks.get(&network).is_some_and(|last| is_recent(*last, now)) {
            return false;
        }
        if self.networks.len() >= MAX_NETWORKS {
            self.networks.retain(|_, last| is_recent(*last, now));
        }
        let has_capacity = self.networks.len() < MAX_NETWORKS;
        if has_capacity {
            self.networks.insert(network, now);
        }
        has_capacity
    }

    /// Whether to say that connections are refused because there are too many in all.
    pub(super) fn is_limit_due(&mut self, now: Instant) -> bool {
        is_due(&mut self.limit, now)
    }

    /// Whether to say that connections are closed for new ones.
    pub(super) fn is_eviction_due(&mut self, now: Instant) -> bool {
        is_due(&mut self.eviction, now)
    }
}

fn is_due(last: &mut Option<Instant>, now: Instant) -> bool {
    let is_due = last.is_none_or(|last| !is_recent(last, now));
    if is_due {
        *last = Some(now);
    }
    is_due
}

fn is_recent(last: Instant, now: Instant) -> bool {
    now.duration_since(last) < EVERY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_warning_is_due_once_an_hour() {
        let (mut warnings, start) = (Warnings::default(), Instant::now());
        let network: IpNet = "192.0.2.1/32".parse().expect("a network");
        let at = |seconds| start + Duration::from_secs(seconds);
        for (seconds, expected) in [(0, true), (1, false), (3599, false), (3600, true), (3601, false)] {
            assert_eq!(warnings.is_due(network, at(seconds)), expected, "{seconds}");
            assert_eq!(warnings.is_limit_due(at(seconds)), expected, "{seconds}");
            assert_eq!(warnings.is_eviction_due(at(seconds)), expected, "{seconds}");
        }
        assert!(warnings.is_due("192.0.2.2/32".parse().expect("a network"), at(3601)), "another network");
    }

    #[test]
    fn the_number_of_networks_is_bounded() {
        let (mut warnings, start) = (Warnings::default(), Instant::now());
        let network = |n: u32| IpNet::from(std::net::IpAddr::from(std::net::Ipv4Addr::from_bits(0x0a00_0000 + n)));
        let named = (0..10_000).filter(|n| warnings.is_due(network(*n), start)).count();
        assert_eq!(named, MAX_NETWORKS);
        assert!(warnings.is_due(network(20_000), start + EVERY), "the old ones are forgotten");
        assert_eq!(warnings.networks.len(), 1);
    }
}
