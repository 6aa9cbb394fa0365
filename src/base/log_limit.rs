//! Limits the log lines about refused requests, which anyone can send.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use ipnet::IpNet;

use super::clock::Timestamp;
use super::network::network_of;

/// The lines for each network and minute.
const LINES: u32 = 60;
/// The networks that are counted at a time, so that an attacker cannot fill the memory. Beyond, nothing is logged.
const MAX_NETWORKS: usize = 4096;

/// Counts log lines by IPv4 /24 and IPv6 /48.
#[derive(Default)]
pub struct LogLimit(Mutex<Networks>);

#[derive(Default)]
struct Networks {
    minutes: HashMap<IpNet, Minute>,
    /// When ended minutes were last removed. At most once a second: that looks at each of them.
    swept: Timestamp,
}

/// The lines of one network since the begin of its minute.
struct Minute {
    begin: Timestamp,
    lines: u32,
}

impl Minute {
    /// Whether the minute has not ended. A clock that was set back ends it.
    fn lasts(&self, now: Timestamp) -> bool {
        (TimeDelta::zero()..TimeDelta::minutes(1)).contains(&(now - self.begin))
    }
}

impl LogLimit {
    /// Whether a line about a request of this address may be logged. It counts then.
    pub fn allows(&self, address: IpAddr, now: Timestamp) -> bool {
        let network = network_of(address, 24, 48);
        let mut networks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Networks { minutes, swept } = &mut *networks;
        if let Some(minute) = minutes.get_mut(&network).filter(|minute| minute.lasts(now)) {
            let allowed = minute.lines < LINES;
            minute.lines += u32::from(allowed);
            return allowed;
        }
        if minutes.len() >= MAX_NETWORKS && (now - *swept).abs() >= TimeDelta::seconds(1) {
            minutes.retain(|_, minute| minute.lasts(now));
            *swept = now;
        }
        let has_place = minutes.len() < MAX_NETWORKS || minutes.contains_key(&network);
        if has_place {
            minutes.insert(network, Minute { begin: now, lines: 1 });
        }
        has_place
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn each_network_has_its_lines_a_minute() {
        let limit = LogLimit::default();
        let allowed = |address: &str, seconds| {
            let address = address.parse().expect("an address");
            (0..100).filter(|_| limit.allows(address, at(seconds))).count()
        };
        assert_eq!(allowed("192.0.2.1", 0), 60);
        assert_eq!(allowed("192.0.2.2", 59), 0, "the same /24");
        assert_eq!(allowed("192.0.3.1", 59), 60);
        assert_eq!(allowed("2001:db8:0:1::1", 59), 60);
        assert_eq!(allowed("2001:db8:0:2::1", 59), 0, "the same /48");
        assert_eq!(allowed("192.0.2.1", 60), 60);
        assert_eq!(allowed("192.0.2.1", 0), 60, "the clock was set back");
    }

    /// IN-12
    #[test]
    fn the_number_of_networks_is_bounded() {
        let limit = LogLimit::default();
        let allows = |n: u32, seconds| limit.allows(IpAddr::V4(Ipv4Addr::from_bits(n << 8)), at(seconds));
        assert_eq!((0..10_000).filter(|n| allows(*n, 0)).count(), MAX_NETWORKS);
        assert!(allows(20_000, 60), "the old ones are forgotten");
        assert_eq!(limit.0.lock().expect("no panic").minutes.len(), 1);
    }
}
