//! Pauses of `recheck` at a provider that gives no usable answer: a wrong client secret or an outage affects all
//! identities, and a request for each of them would only add load.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// The first pause; each further one is twice as long.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// The upper bound of a pause.
const MAX_PAUSE: TimeDelta = TimeDelta::minutes(10);

/// The providers whose recheck pauses, by id.
#[derive(Default)]
pub struct RecheckPauses(Mutex<HashMap<String, Pause>>);

struct Pause {
    failures: u32,
    until: Timestamp,
}

impl RecheckPauses {
    /// Whether no identity of that provider is rechecked now.
    pub fn is_paused(&self, provider: &str, now: Timestamp) -> bool {
        self.pauses().get(provider).is_some_and(|pause| pause.until > now)
    }

    /// The provider has answered, by tokens or by a refusal.
    pub fn answered(&self, provider: &str) {
        self.pauses().remove(provider);
    }

    /// An attempt has failed. Attempts that were sent together count once.
    pub fn failed(&self, provider: &str, now: Timestamp) {
        let mut pauses = self.pauses();
        let pause = pauses.entry(provider.to_owned()).or_insert(Pause { failures: 0, until: now });
        if pause.until <= now {
            let length = FIRST_PAUSE.checked_mul(1 << pause.failures.min(10)).unwrap_or(MAX_PAUSE).min(MAX_PAUSE);
            pause.until = now.checked_add_signed(length).unwrap_or(now);
            pause.failures += 1;
        }
    }

    fn pauses(&self) -> MutexGuard<'_, HashMap<String, Pause>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_ten_minutes_and_end_with_an_answer() {
        let (pauses, mut now) = (RecheckPauses::default(), Timestamp::UNIX_EPOCH);
        for seconds in [5, 10, 20, 40, 80, 160, 320, 600, 600] {
            pauses.failed("corp", now);
            pauses.failed("corp", now);
            assert!(pauses.is_paused("corp", now + TimeDelta::seconds(seconds - 1)));
            now += TimeDelta::seconds(seconds);
            assert!(!pauses.is_paused("corp", now) && !pauses.is_paused("other", now), "{seconds}");
        }
        pauses.failed("corp", now);
        pauses.answered("corp");
        assert!(!pauses.is_paused("corp", now));
        pauses.failed("corp", now);
        assert!(!pauses.is_paused("corp", now + TimeDelta::seconds(5)), "from the first one again");
    }
}
