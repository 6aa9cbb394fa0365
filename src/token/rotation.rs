//! Decides a refresh by the presented counter and the session's counter: the table of docs/sessions.md ("Refresh") as a
//! pure function.

use chrono::TimeDelta;

use crate::base::clock::Timestamp;

/// The state of a session's refresh token rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshState {
    /// The counter of the newest refresh token.
    pub counter: i64,
    /// When that token was first issued.
    pub refreshed_at: Option<Timestamp>,
    /// When a late previous token was last accepted.
    pub forgiven_at: Option<Timestamp>,
}

/// When the previous refresh token is still accepted.
#[derive(Clone, Copy, Debug)]
pub struct GracePolicy {
    /// For this time after the rotation, the previous token gives the same successor again
    /// (`tokens.refresh_retry_window`).
    pub retry_window: TimeDelta,
    /// After the retry window it is accepted at most once in each period of this length
    /// (`tokens.refresh_forgive_every`).
    pub forgive_every: TimeDelta,
}

/// The decision about a presented refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationDecision {
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

impl RefreshState {
    /// Decides about a counter whose MAC is valid.
    pub fn decide(&self, presented: i64, now: Timestamp, grace: GracePolicy) -> RotationDecision {
        match presented.checked_sub(self.counter) {
            Some(0) => RotationDecision::Rotate,
            Some(1) => RotationDecision::Recover,
            Some(-1) if self.refreshed_at.is_some_and(|at| now - at <= grace.retry_window) => RotationDecision::Again,
            Some(-1) if self.forgiven_at.is_none_or(|at| now - at >= grace.forgive_every) => RotationDecision::Forgive,
            _ => RotationDecision::Reuse,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: GracePolicy =
        GracePolicy { retry_window: TimeDelta::seconds(60), forgive_every: TimeDelta::hours(24) };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn decide(state: RefreshState, presented: i64, seconds: i64) -> RotationDecision {
        state.decide(presented, at(seconds), GRACE)
    }

    /// RF-01, RF-02, RF-03, RF-18: each row of the table.
    #[test]
    fn every_row_of_the_table() {
        let state = RefreshState { counter: 5, refreshed_at: Some(at(1000)), forgiven_at: None };
        assert_eq!(decide(state, 5, 9999), RotationDecision::Rotate);
        assert_eq!(decide(state, 4, 1000), RotationDecision::Again);
        assert_eq!(decide(state, 4, 1060), RotationDecision::Again);
        assert_eq!(decide(state, 4, 1061), RotationDecision::Forgive);
        assert_eq!(decide(state, 6, 1000), RotationDecision::Recover);
        for far in [7, 3, 0, -1, i64::MAX, i64::MIN] {
            assert_eq!(decide(state, far, 1000), RotationDecision::Reuse, "{far}");
        }
        let forgiven = RefreshState { forgiven_at: Some(at(2000)), ..state };
        assert_eq!(decide(forgiven, 4, 2000 + 24 * 3600 - 1), RotationDecision::Reuse);
        assert_eq!(decide(forgiven, 4, 2000 + 24 * 3600), RotationDecision::Forgive);
        assert_eq!(decide(forgiven, 4, 1010), RotationDecision::Again);
    }

    /// LG-15, FI-12: a clock that is set back does not turn a retry into reuse.
    #[test]
    fn a_clock_that_is_set_back_does_not_turn_a_retry_into_reuse() {
        let state = RefreshState { counter: 5, refreshed_at: Some(at(1000)), forgiven_at: None };
        assert_eq!(decide(state, 4, 0), RotationDecision::Again);
        assert_eq!(decide(state, 5, 0), RotationDecision::Rotate);
    }
}
