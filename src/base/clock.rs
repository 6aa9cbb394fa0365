//! The one place that knows what time it is.
//!
//! Everything else is handed `now`, one instant per request, so that waits are tested in microseconds.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// A point in time, in UTC, no finer than PostgreSQL keeps it (microseconds).
pub type Instant = DateTime<Utc>;

/// Where `now` comes from: the system, or a test.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Instant + Send + Sync>);

impl Clock {
    /// The machine's clock.
    #[expect(clippy::disallowed_methods, reason = "this is the home of the clock")]
    pub fn system() -> Self {
        Self(Arc::new(|| Utc::now().trunc_subsecs(6)))
    }

    /// A clock that runs beside the machine's, ahead of it by what its hand was moved.
    pub fn shifted() -> (Self, Hand) {
        let hand = Hand::default();
        let (system, offset) = (Self::system(), hand.clone());
        (Self(Arc::new(move || system.now() + offset.read())), hand)
    }

    /// The present instant. Ask once per request and hand the answer on.
    pub fn now(&self) -> Instant {
        (self.0)()
    }
}

/// Moves a [`Clock::shifted`].
#[derive(Clone, Default)]
pub struct Hand(Arc<std::sync::atomic::AtomicI64>);

impl Hand {
    /// Moves the clock forward (or back, if negative).
    pub fn advance(&self, by: TimeDelta) {
        let micros = by.num_microseconds().unwrap_or_default();
        self.0.fetch_add(micros, std::sync::atomic::Ordering::SeqCst);
    }

    fn read(&self) -> TimeDelta {
        TimeDelta::microseconds(self.0.load(std::sync::atomic::Ordering::SeqCst))
    }
}
