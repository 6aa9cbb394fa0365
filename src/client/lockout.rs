//! Who guesses secrets is locked out for a while: per client and address, in memory, each replica for itself.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// Wrong secrets are forgotten this long after the last one.
const MEMORY: TimeDelta = TimeDelta::hours(24);
/// More pairs of an address and a client than this are not remembered: memory must not be the stranger's to fill.
const MOST: usize = 65_536;

/// Whom the failures are counted for: the place of a client in the registry, and an address.
pub type Key = (usize, IpAddr);

/// The failures.
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
    /// The first lockout comes with the failure of that number.
    pub fn new(threshold: u32) -> Self {
        Self { threshold, failures: Mutex::default() }
    }

    /// How much longer that pair is locked out, if it is.
    pub fn remaining(&self, key: Key, now: Timestamp) -> Option<TimeDelta> {
        let left = self.failures().get(&key)?.locked_until - now;
        (left > TimeDelta::zero()).then_some(left)
    }

    /// Counts a wrong secret.
    pub fn count(&self, key: Key, now: Timestamp) {
        let mut failures = self.failures();
        if failures.len() >= MOST && !failures.contains_key(&key) {
            failures.retain(|_, known| known.locked_until > now);
            if failures.len() >= MOST {
                return;
            }
        }
        let known = failures.entry(key).or_insert(Failures { count: 0, last: now, locked_until: now });
        if now - known.last > MEMORY {
            known.count = 0;
        }
        known.count = known.count.saturating_add(1);
        known.last = now;
        if let Some(lockout) = lockout(known.count, self.threshold) {
            known.locked_until = now + lockout;
        }
    }

    /// Forgets that pair's failures: it knew the secret. Other pairs keep theirs (IN-11).
    pub fn clear(&self, key: Key) {
        self.failures().remove(&key);
    }

    /// Lets go of what is long past.
    pub fn forget(&self, now: Timestamp) {
        self.failures().retain(|_, known| known.locked_until > now || now - known.last <= MEMORY);
    }

    fn failures(&self) -> MutexGuard<'_, HashMap<Key, Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a failure of that number costs: nothing below the threshold, then ever more.
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

    /// Fails until it is locked out `wanted` minutes; the answer is how often it could.
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
    fn a_success_forgives_that_pair_only() {
        let lockouts = Lockouts::new(1);
        for key in [(0, HERE), (1, HERE), (0, THERE)] {
            lockouts.count(key, at(0));
        }
        lockouts.clear((0, HERE));
        let locked = |key| lockouts.remaining(key, at(1)).is_some();
        assert_eq!([(0, HERE), (1, HERE), (0, THERE), (1, THERE)].map(locked), [false, true, true, false]);
    }

    #[test]
    fn failures_are_forgotten_after_a_day() {
        let lockouts = Lockouts::new(2);
        lockouts.count((0, HERE), at(0));
        lockouts.count((0, HERE), at(24 * 60 + 1));
        assert!(lockouts.remaining((0, HERE), at(24 * 60 + 1)).is_none());
        lockouts.forget(at(24 * 60 + 2));
        assert_eq!(lockouts.failures().len(), 1);
        lockouts.forget(at(49 * 60));
        assert_eq!(lockouts.failures().len(), 0);
    }

    /// IN-12: a botnet fills no memory.
    #[test]
    fn no_more_is_remembered_than_there_is_room_for() {
        let lockouts = Lockouts::new(5);
        for number in 0..u32::try_from(MOST).expect("small") + 10 {
            lockouts.count((0, IpAddr::V4(Ipv4Addr::from_bits(number))), at(0));
        }
        assert!(lockouts.failures().len() <= MOST);
    }

    /// LG-15
    #[test]
    fn a_clock_that_goes_back_breaks_nothing() {
        let lockouts = Lockouts::new(1);
        lockouts.count((0, HERE), at(60));
        lockouts.count((0, HERE), at(0));
        lockouts.forget(at(0));
        assert!(lockouts.remaining((0, HERE), at(0)).is_some());
    }
}
