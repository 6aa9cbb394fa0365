//! The table of refresh, as a pure rule: what a presented counter is worth against the session's.

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// How far a session's line of refresh tokens has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The newest counter.
    pub counter: i64,
    /// When it was handed out first.
    pub refreshed_at: Option<Timestamp>,
    /// When a late predecessor was last forgiven.
    pub forgiven_at: Option<Timestamp>,
}

/// How patient we are with a predecessor.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// It gives the same successor again for this long.
    pub retry_window: TimeDelta,
    /// And once in this time also later.
    pub forgive_every: TimeDelta,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The newest: hand out the next.
    Rotate,
    /// The one before, soon: hand out the newest again. A lost answer, or two tabs.
    Again,
    /// The one before, late: hand out the newest again, this once.
    Forgive,
    /// One that we never wrote down: the database lost its last write in a failover. Go on from it.
    Recover,
    /// Somebody has a copy.
    Reuse,
}

impl Line {
    /// Judges a counter whose MAC is good.
    pub fn judge(&self, presented: i64, now: Timestamp, patience: Patience) -> Verdict {
        match presented.checked_sub(self.counter) {
            Some(0) => Verdict::Rotate,
            Some(1) => Verdict::Recover,
            Some(-1) if self.refreshed_at.is_some_and(|at| now - at <= patience.retry_window) => Verdict::Again,
            Some(-1) if self.forgiven_at.is_none_or(|at| now - at >= patience.forgive_every) => Verdict::Forgive,
            _ => Verdict::Reuse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { retry_window: TimeDelta::seconds(60), forgive_every: TimeDelta::hours(24) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn judge(line: Line, presented: i64, seconds: i64) -> Verdict {
        line.judge(presented, at(seconds), PATIENCE)
    }

    /// RF-01, RF-02, RF-03, RF-18
    #[test]
    fn every_row_of_the_table() {
        let line = Line { counter: 5, refreshed_at: Some(at(1000)), forgiven_at: None };
        assert_eq!(judge(line, 5, 9999), Verdict::Rotate);
        assert_eq!(judge(line, 4, 1000), Verdict::Again);
        assert_eq!(judge(line, 4, 1060), Verdict::Again);
        assert_eq!(judge(line, 4, 1061), Verdict::Forgive);
        assert_eq!(judge(line, 6, 1000), Verdict::Recover);
        for far in [7, 3, 0, -1, i64::MAX, i64::MIN] {
            assert_eq!(judge(line, far, 1000), Verdict::Reuse, "{far}");
        }
        let forgiven = Line { forgiven_at: Some(at(2000)), ..line };
        assert_eq!(judge(forgiven, 4, 2000 + 24 * 3600 - 1), Verdict::Reuse);
        assert_eq!(judge(forgiven, 4, 2000 + 24 * 3600), Verdict::Forgive);
        assert_eq!(judge(forgiven, 4, 1010), Verdict::Again);
    }

    /// LG-15, FI-12: a clock that goes back calls nobody a thief.
    #[test]
    fn a_clock_that_goes_back_harms_nobody() {
        let line = Line { counter: 5, refreshed_at: Some(at(1000)), forgiven_at: None };
        assert_eq!(judge(line, 4, 0), Verdict::Again);
        assert_eq!(judge(line, 5, 0), Verdict::Rotate);
    }
}
