//! How far the clock of this replica is from that of the database.
//!
//! Replicas agree by the database's clock on how long a revocation is kept. Tokens carry the times of the replica that issued
//! them, so a replica with a wrong clock issues tokens that live too long or too short.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;

use crate::base::clock::Timestamp;
use crate::base::measure;
use crate::base::once_per::OncePer;

/// A larger difference than this is reported.
const TOLERANCE: TimeDelta = TimeDelta::seconds(5);
/// A query that takes longer than this says too little about the database's clock.
const MAX_ROUND_TRIP: TimeDelta = TimeDelta::seconds(1);
/// The value before the first measurement.
const UNKNOWN: i64 = i64::MIN;

/// The last measured difference.
pub struct ClockOffset {
    milliseconds: AtomicI64,
    warned: OncePer,
}

impl ClockOffset {
    /// An offset that was not measured yet, which counts as none.
    pub(super) fn new() -> Self {
        Self { milliseconds: AtomicI64::new(UNKNOWN), warned: OncePer::hour() }
    }

    /// The clock of this replica minus that of the database, if the difference is too large.
    pub fn excess(&self) -> Option<TimeDelta> {
        let known = self.milliseconds.load(Ordering::Relaxed);
        let offset = TimeDelta::try_milliseconds(known).filter(|_| known != UNKNOWN)?;
        (offset.abs() > TOLERANCE).then_some(offset)
    }

    /// Records that the database read `database` from its clock between `sent` and `received` of this replica's clock.
    /// Warns once an hour while the difference is too large.
    pub(super) fn record(&self, sent: Timestamp, database: Timestamp, received: Timestamp) {
        let round_trip = received - sent;
        if !(TimeDelta::zero()..=MAX_ROUND_TRIP).contains(&round_trip) {
            return;
        }
        let offset = sent + round_trip / 2 - database;
        self.milliseconds.store(offset.num_milliseconds(), Ordering::Relaxed);
        measure::clock_offset(offset);
        if let Some(excess) = self.excess().filter(|_| self.warned.is_due("", received)) {
            tracing::warn!(
                seconds = excess.as_seconds_f64().round(),
                "the clock of this replica differs from the database's; synchronize both, for example by NTP"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
    }

    #[test]
    fn only_a_difference_of_more_than_5_s_is_reported() {
        let offset = ClockOffset::new();
        assert_eq!(offset.excess(), None, "unknown");
        for (database, excess) in
            [(0, None), (-4_900, None), (5_050, None), (-5_000, Some(5_050)), (90_000, Some(-89_950))]
        {
            offset.record(at(0), at(database), at(100));
            assert_eq!(offset.excess(), excess.map(TimeDelta::milliseconds), "{database}");
        }
    }

    /// A slow query, or a clock that was set while it ran, says nothing.
    #[test]
    fn an_unusable_measurement_leaves_the_last_one() {
        let offset = ClockOffset::new();
        offset.record(at(0), at(-60_000), at(0));
        for received in [1_001, 60_000, -1] {
            offset.record(at(0), at(0), at(received));
            assert_eq!(offset.excess(), Some(TimeDelta::seconds(60)), "{received}");
        }
    }
}
