//! The only source of the current time.
//!
//! Everything else takes `now` as a parameter, one value for each request, so that tests need not wait.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// A point in time in UTC, with the precision of PostgreSQL (microseconds).
pub type Timestamp = DateTime<Utc>;

/// The schema of a [`Timestamp`], for `#[schemars(with = "TimestampSchema")]`.
pub struct TimestampSchema;

impl JsonSchema for TimestampSchema {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// The source of `now`: the system, or a test.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// The system's clock, truncated to microseconds.
    #[expect(clippy::disallowed_methods, reason = "this is the home of the clock")]
    pub fn system() -> Self {
        Self(Arc::new(|| Utc::now().trunc_subsecs(6)))
    }

    /// A clock for tests: the system's clock plus an offset, which the [`Hand`] changes; or a fixed time.
    pub fn shifted() -> (Self, Hand) {
        let hand = Hand::default();
        let (system, own) = (Self::system(), hand.clone());
        (Self(Arc::new(move || own.read(&system))), hand)
    }

    /// The current time. Call it once for each request and pass the value on.
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

/// Controls a [`Clock::shifted`]: changes its offset, or stops it.
#[derive(Clone, Default)]
pub struct Hand(Arc<Mutex<Reading>>);

/// The offset to the system's clock, and the fixed time of a stopped clock.
#[derive(Clone, Copy, Default)]
struct Reading {
    ahead: TimeDelta,
    held: Option<Timestamp>,
}

impl Hand {
    /// Adds `by` to the offset; a negative value moves the clock back.
    pub fn advance(&self, by: TimeDelta) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).ahead += by;
    }

    /// Stops the clock: from now on only [`Hand::advance`] moves it, so that a slow machine does not change a test's result.
    pub fn hold(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).held = Some(Clock::system().now());
    }

    fn read(&self, system: &Clock) -> Timestamp {
        let Reading { ahead, held } = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.unwrap_or_else(|| system.now()) + ahead
    }
}
