//! Where a session stands in the status lists: an index that is never used twice, cut into lists of one length.

use serde::Serialize;

/// Bits of one list (draft-ietf-oauth-status-list-21 §4.1), one for each session.
pub const LIST_LEN: u32 = 1 << 20;

/// A session's index among all sessions that there ever were; `sessions.status_index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct StatusIndex(u64);

impl StatusIndex {
    /// One that is written with as many digits as any will ever have: where a token is measured whose session is to be.
    pub const LONGEST: Self = Self(10_000_000 * LIST_LEN as u64 - 1);

    /// From the column, which counts from 1.
    pub fn new(column: i64) -> Self {
        Self(u64::try_from(column).unwrap_or_default())
    }

    /// The number of its list.
    pub fn list(self) -> u64 {
        self.0 / u64::from(LIST_LEN)
    }

    /// Its place in that list.
    pub fn place(self) -> u32 {
        u32::try_from(self.0 % u64::from(LIST_LEN)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_follow_each_other_without_a_gap() {
        let at = |column| (StatusIndex::new(column).list(), StatusIndex::new(column).place());
        assert_eq!(at(1), (0, 1));
        assert_eq!(at(1_048_575), (0, 1_048_575));
        assert_eq!(at(1_048_576), (1, 0));
        assert_eq!(at(5 * 1_048_576 + 7), (5, 7));
    }
}
