//! The event that a connection waits for, written by its worker and read by the limiter.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The event that a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activity {
    /// For the first byte of a request.
    Idle,
    /// For the client, within a request or its answer.
    Waiting,
    /// For the gateway, which works on a request.
    Working,
}

/// The activity of one connection, with the time since when.
#[derive(Debug)]
pub(super) struct ActivityCell {
    epoch: Instant,
    /// Milliseconds from the epoch, and in the lowest two bits the activity.
    value: AtomicU64,
}

impl ActivityCell {
    /// Idle since `now`. Cells are compared with others of the same epoch.
    pub(super) fn idle(epoch: Instant, now: Instant) -> Self {
        let cell = Self { epoch, value: AtomicU64::new(0) };
        cell.set(Activity::Idle, now);
        cell
    }

    pub(super) fn set(&self, activity: Activity, since: Instant) {
        let since = u64::try_from(since.saturating_duration_since(self.epoch).as_millis()).unwrap_or(u64::MAX >> 2);
        let activity = match activity {
            Activity::Idle => 0,
            Activity::Waiting => 1,
            Activity::Working => 2,
        };
        self.value.store((since << 2) | activity, Ordering::Relaxed);
    }

    /// The activity, and for how long after the epoch it had not begun.
    pub(super) fn get(&self) -> (Activity, Duration) {
        let value = self.value.load(Ordering::Relaxed);
        let activity = match value & 3 {
            0 => Activity::Idle,
            1 => Activity::Waiting,
            _ => Activity::Working,
        };
        (activity, Duration::from_millis(value >> 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_is_read() {
        let epoch = Instant::now();
        let cell = ActivityCell::idle(epoch, epoch);
        assert_eq!(cell.get(), (Activity::Idle, Duration::ZERO));
        for (activity, after) in [(Activity::Waiting, 1), (Activity::Working, 12_345), (Activity::Idle, 1 << 40)] {
            let after = Duration::from_millis(after);
            cell.set(activity, epoch + after);
            assert_eq!(cell.get(), (activity, after));
        }
    }
}
