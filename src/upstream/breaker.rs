//! A circuit breaker for a provider that does not respond: each request to it would keep a user waiting for the whole
//! timeout (FI-08, FI-09).

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// The circuit opens after this number of timeouts in a row.
const MAX_TIMEOUTS: u32 = 5;
/// How long the circuit stays open. Then one trial request is sent.
const PAUSE: TimeDelta = TimeDelta::seconds(10);
/// How old a caller's `now` may be: it is read at the start of the caller's own request.
const MAX_CALLER_AGE: TimeDelta = TimeDelta::minutes(1);

/// Counts timeouts in a row. Every other outcome, a refused connection included, is quick and closes the circuit.
#[derive(Default)]
pub struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    timeouts: u32,
    until: Option<Timestamp>,
}

impl Breaker {
    /// The rest of the pause; `None` if the circuit is closed, or if the pause is over and a trial request may be sent.
    pub fn remaining_pause(&self, now: Timestamp) -> Option<TimeDelta> {
        self.state().remaining_pause(now)
    }

    /// Admits a request, or returns the rest of the pause. After the pause, the admitted request is the trial, and a
    /// new pause starts for all others, so that a trial that is cancelled does not block the provider forever.
    pub fn admit(&self, now: Timestamp) -> Result<(), TimeDelta> {
        let mut state = self.state();
        if let Some(left) = state.remaining_pause(now) {
            return Err(left);
        }
        state.until = state.until.map(|_| now + PAUSE);
        Ok(())
    }

    /// Records a response, or a failure that was not a timeout.
    pub fn responded(&self) {
        *self.state() = State::default();
    }

    /// Records a timeout. `true` when it opens the circuit.
    pub fn timed_out(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        state.timeouts = state.timeouts.saturating_add(1);
        if state.timeouts < MAX_TIMEOUTS {
            return false;
        }
        state.until.replace(now + PAUSE).is_none()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A pause that ends too far in the future is ignored, so that a clock that jumped ahead and back does not extend it
    /// (FI-12).
    fn remaining_pause(&self, now: Timestamp) -> Option<TimeDelta> {
        let left = self.until? - now;
        (left > TimeDelta::zero() && left <= PAUSE + MAX_CALLER_AGE).then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_700_000_000 + seconds, 0).expect("an instant")
    }

    fn open_at(seconds: i64) -> Breaker {
        let breaker = Breaker::default();
        for call in 1..=MAX_TIMEOUTS {
            assert_eq!(breaker.admit(at(seconds)), Ok(()));
            assert_eq!(breaker.timed_out(at(seconds)), call == MAX_TIMEOUTS);
        }
        breaker
    }

    /// FI-09
    #[test]
    fn one_trial_request_is_admitted_after_the_pause() {
        let breaker = open_at(0);
        assert_eq!(breaker.admit(at(9)), Err(TimeDelta::seconds(1)));
        assert_eq!(breaker.admit(at(10)), Ok(()));
        assert_eq!(breaker.admit(at(10)), Err(PAUSE), "one trial at a time");
        assert!(!breaker.timed_out(at(15)), "the circuit was open already");
        assert_eq!(breaker.admit(at(24)), Err(TimeDelta::seconds(1)));
        assert_eq!(breaker.admit(at(25)), Ok(()));
        breaker.responded();
        assert_eq!((breaker.admit(at(25)), breaker.remaining_pause(at(25))), (Ok(()), None));
    }

    #[test]
    fn a_cancelled_trial_is_followed_by_another() {
        let breaker = open_at(0);
        assert_eq!(breaker.admit(at(11)), Ok(()));
        assert_eq!(breaker.admit(at(21)), Ok(()));
    }

    #[test]
    fn a_response_resets_the_count_of_timeouts() {
        let breaker = Breaker::default();
        for _ in 0..100 {
            for _ in 1..MAX_TIMEOUTS {
                assert!(!breaker.timed_out(at(0)));
            }
            breaker.responded();
        }
        assert_eq!(breaker.remaining_pause(at(0)), None);
    }

    #[test]
    fn a_request_with_an_earlier_now_is_rejected_during_the_pause() {
        assert_eq!(open_at(30).admit(at(0)), Err(TimeDelta::seconds(40)));
    }

    /// FI-12
    #[test]
    fn a_pause_is_not_extended_by_a_clock_that_jumps_back() {
        assert_eq!(open_at(7200).admit(at(0)), Ok(()));
    }
}
