//! How long to wait before somebody is tried again who could not be told something, and when to stop.

use chrono::TimeDelta;

use super::clock::Timestamp;

/// The first pause; each one after it is three times as long.
const SHORTEST: TimeDelta = TimeDelta::seconds(5);
/// The longest pause.
const LONGEST: TimeDelta = TimeDelta::hours(6);

/// When to try again after `attempts` that failed, or `None` if that was the last one. The last attempt is made at `end`.
/// `chance`: 0 to 255, spreads the pauses by a quarter to either side, so that what failed together is not tried together.
pub fn next_attempt(attempts: u32, now: Timestamp, end: Timestamp, chance: u8) -> Option<Timestamp> {
    if now >= end {
        return None;
    }
    let factor = 3_i32.saturating_pow(attempts.saturating_sub(1).min(12));
    let pause = SHORTEST.checked_mul(factor).unwrap_or(LONGEST).min(LONGEST);
    // 3/4 to 5/4
    let spread = pause.num_milliseconds() * (3 * 255 + 2 * i64::from(chance)) / (4 * 255);
    Some(now.checked_add_signed(TimeDelta::milliseconds(spread)).unwrap_or(end).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LO-24: from seconds to hours, for days, and then no more.
    #[test]
    fn pauses_grow_from_seconds_to_hours_until_the_end() {
        let end = Timestamp::UNIX_EPOCH + TimeDelta::days(3);
        let (mut now, mut pauses) = (Timestamp::UNIX_EPOCH, Vec::new());
        let mut attempts = 1;
        while let Some(next) = next_attempt(attempts, now, end, 128) {
            assert!(next > now);
            pauses.push((next - now).num_seconds());
            now = next;
            attempts += 1;
        }
        assert_eq!(pauses[..4], [5, 15, 45, 135]);
        assert_eq!(pauses.iter().max(), Some(&(6 * 3600 + 21)), "{pauses:?}");
        assert_eq!(now, end);
        assert!((15..25).contains(&pauses.len()), "{pauses:?}");
    }

    #[test]
    fn chance_moves_a_pause_by_a_quarter() {
        let pause = |attempts, chance| {
            let next = next_attempt(attempts, Timestamp::UNIX_EPOCH, Timestamp::MAX_UTC, chance).expect("a next one");
            (next - Timestamp::UNIX_EPOCH).num_milliseconds()
        };
        assert_eq!((pause(1, 0), pause(1, 255)), (3_750, 6_250));
        assert_eq!((pause(99, 0), pause(99, 255)), (16_200_000, 27_000_000));
    }
}
