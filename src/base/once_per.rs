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
}
