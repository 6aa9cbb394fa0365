//! The one place that knows what time it is.
//!
//! Everything else is handed `now`, one instant per request, so that waits are tested in microseconds.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// A point in time, in UTC, no finer than PostgreSQL keeps it (microseconds).
pub type Timestamp = DateTime<Utc>;

/// Where `now` comes from: the system, or a test.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "this is the home of the clock")]
    pub fn system() -> Self {
        Self(Arc::new(|| Utc::now().trunc_subsecs(6)))
    }

    /// A clock that runs beside the machine's, ahead of it by what its hand was moved, until its hand is held.
    pub fn shifted() -> (Self, Hand) {
        let hand = Hand::default();
        let (system, own) = (Self::system(), hand.clone());
        (Self(Arc::new(move || own.read(&system))), hand)
    }

    /// The present instant. Ask once per request and hand the answer on.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// Moves a [`Clock::shifted`], or holds it where it is.
#[derive(Clone, Default)]
pub struct Hand(Arc<Mutex<Reading>>);

/// How far ahead of the machine's clock it is, and where it was held.
#[derive(Clone, Copy, Default)]
struct Reading {
    ahead: TimeDelta,
    held: Option<Timestamp>,
}

impl Hand {
    /// Moves the clock forward (or back, if negative).
    pub fn advance(&self, by: TimeDelta) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ahead += by;
    }

    /// From here on only [`Hand::advance`] moves the clock: for what ends on the second, however slow the machine is.
    pub fn hold(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).held = Some(Clock::system().now());
    }

    fn read(&self, system: &Clock) -> Timestamp {
        let Reading { ahead, held } = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.unwrap_or_else(|| system.now()) + ahead
    }
}
