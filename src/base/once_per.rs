//! Limits how often the log says the same thing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use super::clock::Timestamp;

/// Lets something through once for each key and period. The keys are a bounded set, such as the ids of the configuration.
pub struct OncePer {
    period: TimeDelta,
    last: Mutex<HashMap<String, Timestamp>>,
}

impl OncePer {
    /// Once for each key and hour.
    pub fn hour() -> Self {
        Self { period: TimeDelta::hours(1), last: Mutex::default() }
    }

    /// Once for each key and start.
    pub fn start() -> Self {
        Self { period: TimeDelta::MAX, last: Mutex::default() }
    }

    /// Whether it is due for this key, which then counts as done.
    pub fn is_due(&self, key: &str, now: Timestamp) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(key).is_some_and(|last| (TimeDelta::zero()..self.period).contains(&(now - *last))) {
            return false;
        }
        last.insert(key.to_owned(), now);
        true
    }
}

/// Counts what happens often, and returns the number once for each key and minute. The keys are a bounded set.
#[derive(Default)]
pub struct CountPerMinute(Mutex<HashMap<String, (Option<Timestamp>, u64)>>);

impl CountPerMinute {
    /// Counts one more. Returns the number since the last time that one was returned; `None` within a minute of that.
    pub fn count(&self, key: &str, now: Timestamp) -> Option<u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, count) = counts.entry(key.to_owned()).or_default();
        *count = count.saturating_add(1);
        if last.is_some_and(|last| (TimeDelta::zero()..TimeDelta::minutes(1)).contains(&(now - last))) {
            return None;
        }
        *last = Some(now);
        Some(std::mem::take(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_once_for_each_key_and_hour() {
        let (once, start) = (OncePer::hour(), Timestamp::UNIX_EPOCH);
        assert!(once.is_due("a", start) && once.is_due("b", start));
        assert!(!once.is_due("a", start + TimeDelta::minutes(59)));
        assert!(once.is_due("a", start + TimeDelta::minutes(60)));
        assert!(!once.is_due("a", start + TimeDelta::minutes(61)));
        // A clock that was set back must not silence the log.
        assert!(once.is_due("a", start));
    }

    #[test]
    fn the_number_is_returned_once_for_each_key_and_minute() {
        let (counts, start) = (CountPerMinute::default(), Timestamp::UNIX_EPOCH);
        let at = |key, seconds| counts.count(key, start + TimeDelta::seconds(seconds));
        assert_eq!([at("a", 0), at("a", 1), at("a", 59), at("b", 59)], [Some(1), None, None, Some(1)]);
        assert_eq!([at("a", 60), at("a", 61), at("a", 3600)], [Some(3), None, Some(2)]);
    }
}
