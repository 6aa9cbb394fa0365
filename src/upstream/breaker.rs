//! Leaving a provider alone that keeps us waiting: each call to it would cost somebody the whole time limit and bring
//! nothing (FI-08, FI-09).

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// After so many calls in a row without an answer in time the provider is left alone.
const MOST_TIMEOUTS: u32 = 5;
/// For so long; then one call finds out whether it answers again.
const PAUSE: TimeDelta = TimeDelta::seconds(10);
/// How old a caller's `now` may be: it is that of its request, and another call may have taken a minute since.
const OLDEST: TimeDelta = TimeDelta::minutes(1);

/// Counts the calls that were not answered in time. Any other outcome, a refused connection included, comes quickly and
/// costs nobody anything, so it closes the breaker.
#[derive(Default)]
pub struct Breaker(Mutex<State>);

#[derive(Default)]
struct State {
    timeouts: u32,
    until: Option<Timestamp>,
}

impl Breaker {
    /// How long the provider is still left alone.
    pub fn pause(&self, now: Timestamp) -> Option<TimeDelta> {
        self.state().pause(now)
    }

    /// Lets a call through, or says how long there will be none. Where the pause is over this call is the trial, and
    /// the pause begins anew for all others: so a trial that is broken off blocks nobody for ever.
    pub fn pass(&self, now: Timestamp) -> Result<(), TimeDelta> {
        let mut state = self.state();
        if let Some(left) = state.pause(now) {
            return Err(left);
        }
        state.until = state.until.map(|_| now + PAUSE);
        Ok(())
    }

    /// There was an answer, or it was clear at once that there would be none.
    pub fn answered(&self) {
        *self.state() = State::default();
    }

    /// There was no answer in time. Whether the provider is left alone from now on, and was not before.
    pub fn timed_out(&self, now: Timestamp) -> bool {
        let mut state = self.state();
        state.timeouts = state.timeouts.saturating_add(1);
        if state.timeouts < MOST_TIMEOUTS {
            return false;
        }
        state.until.replace(now + PAUSE).is_none()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counted from both sides, so that a clock that jumped and came back does not stretch the pause (FI-12).
    fn pause(&self, now: Timestamp) -> Option<TimeDelta> {
        let left = self.until? - now;
        (left > TimeDelta::zero() && left <= PAUSE + OLDEST).then_some(left)
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
        for call in 1..=MOST_TIMEOUTS {
            assert_eq!(breaker.pass(at(seconds)), Ok(()));
            assert_eq!(breaker.timed_out(at(seconds)), call == MOST_TIMEOUTS);
        }
        breaker
    }

    /// FI-09
    #[test]
    fn one_call_tries_after_a_pause_and_the_others_wait_for_what_it_finds() {
        let breaker = open_at(0);
        assert_eq!(breaker.pass(at(9)), Err(TimeDelta::seconds(1)));
        assert_eq!(breaker.pass(at(10)), Ok(()));
        assert_eq!(breaker.pass(at(10)), Err(PAUSE), "one trial at a time");
        assert!(!breaker.timed_out(at(15)), "it was known already");
        assert_eq!(breaker.pass(at(24)), Err(TimeDelta::seconds(1)));
        assert_eq!(breaker.pass(at(25)), Ok(()));
        breaker.answered();
        assert_eq!((breaker.pass(at(25)), breaker.pause(at(25))), (Ok(()), None));
    }

    #[test]
    fn a_trial_that_is_broken_off_blocks_nobody_for_ever() {
        let breaker = open_at(0);
        assert_eq!(breaker.pass(at(11)), Ok(()));
        assert_eq!(breaker.pass(at(21)), Ok(()));
    }

    #[test]
    fn only_timeouts_in_a_row_count() {
        let breaker = Breaker::default();
        for _ in 0..100 {
            for _ in 1..MOST_TIMEOUTS {
                assert!(!breaker.timed_out(at(0)));
            }
            breaker.answered();
        }
        assert_eq!(breaker.pause(at(0)), None);
    }

    #[test]
    fn a_request_that_began_before_the_pause_keeps_to_it() {
        assert_eq!(open_at(30).pass(at(0)), Err(TimeDelta::seconds(40)));
    }

    /// FI-12
    #[test]
    fn a_clock_that_jumped_back_does_not_stretch_the_pause() {
        assert_eq!(open_at(7200).pass(at(0)), Ok(()));
    }
}
