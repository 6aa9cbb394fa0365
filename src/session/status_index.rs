//! The place of a session in the status lists: an index that is never used twice, split into a list and a place in it.

use serde::Serialize;

/// Bits of one list (draft-ietf-oauth-status-list-21 §4.1), one for each session.
pub const LIST_LEN: u32 = 1 << 20;

/// The index of a session among all sessions ever made (`sessions.status_index`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct StatusIndex(u64);

impl StatusIndex {
    /// An index with the largest number of digits, for measuring a token before its session exists.
    pub const LONGEST: Self = Self(10_000_000 * LIST_LEN as u64 - 1);

    /// From the column `status_index`, which counts from 1.
    pub fn new(column: i64) -> Self {
        Self(u64::try_from(column).unwrap_or_default())
    }

    /// The number of its status list, from 0.
    pub fn list(self) -> u64 {
        self.0 / u64::from(LIST_LEN)
    }

    /// Its place in that list, from 0.
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
