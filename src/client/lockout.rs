//! Lockout after wrong client secrets: for each client and address, in memory, on each replica by itself. The right secret is
//! accepted at any time, because many users and services share an address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// How long failures are counted after the last one.
const RETENTION: TimeDelta = TimeDelta::hours(24);
/// The most pairs of a client and an address that are stored, so that an attacker cannot fill the memory.
const MAX_ENTRIES: usize = 65_536;

/// The key by which failures are counted: the index of a client in the registry, and an IP address.
pub type Key = (usize, IpAddr);

/// The recent failures, and the lockouts that follow from them.
pub struct Lockouts {
    threshold: u32,
    failures: Mutex<HashMap<Key, Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Timestamp,
    locked_until: Timestamp,
}

impl Lockouts {
    /// `threshold`: the number of failures that cause the first lockout.
    pub fn new(threshold: u32) -> Self {
        Self { threshold, failures: Mutex::default() }
    }

    /// Counts a wrong secret of the pair. Returns the rest of the lockout if the pair was locked out before.
    pub fn count(&self, key: Key, now: Timestamp) -> Option<TimeDelta> {
        let was_locked = self.remaining(key, now).is_some();
        self.add(key, now);
        self.remaining(key, now).filter(|_| was_locked)
    }

    /// Deletes the failures of a pair that has presented the right secret, and of no other pair (IN-11). A lockout
    /// continues: another caller behind the address may still guess.
    pub fn clear(&self, key: Key, now: Timestamp) {
        let mut failures = self.failures();
        if failures.get(&key).is_some_and(|known| known.locked_until <= now) {
            failures.remove(&key);
        }
    }

    /// How much longer the pair is locked out; `None` if it is not.
    fn remaining(&self, key: Key, now: Timestamp) -> Option<TimeDelta> {
        let left = self.failures().get(&key)?.locked_until - now;
        (left > TimeDelta::zero()).then_some(left)
    }

    fn add(&self, key: Key, now: Timestamp) {
        let mut failures = self.failures();
        if failures.len() >= MAX_ENTRIES && !failures.contains_key(&key) {
            failures.retain(|_, known| known.locked_until > now);
            if failures.len() >= MAX_ENTRIES {
                return;
            }
        }
        let known = failures.entry(key).or_insert(Failures { count: 0, last: now, locked_until: now });
        if now - known.last > RETENTION {
            known.count = 0;
        }
        known.count = known.count.saturating_add(1);
        known.last = now;
        if let Some(lockout) = lockout(known.count, self.threshold) {
            known.locked_until = now + lockout;
        }
    }

    /// Evicts entries that no longer count.
    pub fn evict_old(&self, now: Timestamp) {
        self.failures().retain(|_, known| known.locked_until > now || now - known.last <= RETENTION);
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lockout after `count` failures: none below the threshold, then longer ones.
fn lockout(count: u32, threshold: u32) -> Option<TimeDelta> {
    match count {
        _ if count < threshold => None,
        _ if count < threshold.saturating_mul(2) => Some(TimeDelta::minutes(5)),
        _ if count < threshold.saturating_mul(4) => Some(TimeDelta::minutes(30)),
        _ => Some(TimeDelta::hours(24)),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    /// Fails until the lockout is `wanted` minutes; returns the number of failures.
    fn fail_until(lockouts: &Lockouts, now: &mut Timestamp, wanted: i64) -> u32 {
        let mut failures = 0;
        loop {
            lockouts.count((0, HERE), *now);
            failures += 1;
            let left = lockouts.remaining((0, HERE), *now);
            if left == Some(TimeDelta::minutes(wanted)) {
                return failures;
            }
            *now += left.unwrap_or_default();
        }
    }

    /// IN-09: 5 → 5 min, 10 → 30 min, 20 → 24 h.
    #[test]
    fn each_lockout_is_longer_than_the_one_before() {
        let lockouts = Lockouts::new(5);
        let mut now = at(0);
        assert_eq!(fail_until(&lockouts, &mut now, 5), 5);
        assert!(lockouts.remaining((0, HERE), now + TimeDelta::minutes(5)).is_none());
        now += TimeDelta::minutes(5);
        assert_eq!(fail_until(&lockouts, &mut now, 30), 5);
        now += TimeDelta::minutes(30);
        assert_eq!(fail_until(&lockouts, &mut now, 24 * 60), 10);
    }

    /// IN-11
    #[test]
    fn a_success_clears_the_failures_of_that_pair_only() {
        let lockouts = Lockouts::new(2);
        for key in [(0, HERE), (1, HERE), (0, THERE)] {
            lockouts.count(key, at(0));
        }
        lockouts.clear((0, HERE), at(0));
        let locked = |key| {
            lockouts.count(key, at(1));
            lockouts.remaining(key, at(1)).is_some()
        };
        assert_eq!([(0, HERE), (1, HERE), (0, THERE), (1, THERE)].map(locked), [false, true, true, false]);
    }

    /// IN-09: wrong secrets during a lockout count as well, so guesses without a pause reach the longer ones.
    #[test]
    fn wrong_secrets_during_a_lockout_are_counted() {
        let lockouts = Lockouts::new(5);
        let count = || lockouts.count((0, HERE), at(0)).map(|left| left.num_minutes());
        let answers: Vec<_> = (1..=21).map(|_| count()).collect();
        let wanted = |n: i64| match n {
            1..=5 => None,
            6..=9 => Some(5),
            10..=19 => Some(30),
            _ => Some(24 * 60),
        };
        assert_eq!(answers, (1..=21).map(wanted).collect::<Vec<_>>());
    }

    /// IN-11: a success during a lockout does not end it.
    #[test]
    fn a_success_during_a_lockout_leaves_it_in_force() {
        let lockouts = Lockouts::new(1);
        lockouts.count((0, HERE), at(0));
        lockouts.clear((0, HERE), at(1));
        assert_eq!(lockouts.remaining((0, HERE), at(1)), Some(TimeDelta::minutes(4)));
        lockouts.clear((0, HERE), at(5));
        assert_eq!(lockouts.failures().len(), 0);
    }

    #[test]
    fn failures_count_for_a_day() {
        let lockouts = Lockouts::new(2);
        lockouts.count((0, HERE), at(0));
        lockouts.count((0, HERE), at(24 * 60 + 1));
        assert!(lockouts.remaining((0, HERE), at(24 * 60 + 1)).is_none());
        lockouts.evict_old(at(24 * 60 + 2));
        assert_eq!(lockouts.failures().len(), 1);
        lockouts.evict_old(at(49 * 60));
        assert_eq!(lockouts.failures().len(), 0);
    }

    /// IN-12
    #[test]
    fn the_number_of_entries_is_bounded() {
        let lockouts = Lockouts::new(5);
        for number in 0..u32::try_from(MAX_ENTRIES).expect("small") + 10 {
            lockouts.count((0, IpAddr::V4(Ipv4Addr::from_bits(number))), at(0));
        }
        assert!(lockouts.failures().len() <= MAX_ENTRIES);
    }

    /// LG-15
    #[test]
    fn a_clock_that_goes_back_keeps_lockouts() {
        let lockouts = Lockouts::new(1);
        lockouts.count((0, HERE), at(60));
        lockouts.count((0, HERE), at(0));
        lockouts.evict_old(at(0));
        assert!(lockouts.remaining((0, HERE), at(0)).is_some());
    }
}
