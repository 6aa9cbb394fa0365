//! Decides a refresh by the presented counter and that of the session: the table of the HTTP contract as a pure function.

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// The state of a session's refresh token rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The counter of the newest refresh token.
    pub counter: i64,
    /// When that token was first issued.
    pub refreshed_at: Option<Timestamp>,
    /// When a late previous token was last accepted.
    pub forgiven_at: Option<Timestamp>,
}

/// When the previous refresh token is still accepted.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For this long after the rotation it gives the same successor again (`tokens.refresh_retry_window`).
    pub retry_window: TimeDelta,
    /// Later it is accepted once within this time (`tokens.refresh_forgive_every`).
    pub forgive_every: TimeDelta,
}

/// The decision about a presented refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The newest token: issue the next one.
    Rotate,
    /// The previous token within the retry window: issue the newest one again, after a lost answer or from a second tab.
    Again,
    /// The previous token, late: issue the newest one again, once.
    Forgive,
    /// One counter ahead: the database lost its last write in a failover. Continue from the presented counter.
    Recover,
    /// Reuse: the token was copied, and the session ends.
    Reuse,
}

impl Line {
    /// Decides about a counter whose MAC is valid.
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

    /// RF-01, RF-02, RF-03, RF-18: each row of the table.
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

    /// LG-15, FI-12: a clock that is set back does not turn a retry into reuse.
    #[test]
    fn a_clock_that_goes_back_harms_nobody() {
        let line = Line { counter: 5, refreshed_at: Some(at(1000)), forgiven_at: None };
        assert_eq!(judge(line, 4, 0), Verdict::Again);
        assert_eq!(judge(line, 5, 0), Verdict::Rotate);
    }
}
