//! Exponential back-off for deliveries: when to retry, and when to give up.

use chrono::TimeDelta;

use super::clock::Timestamp;

/// The first pause; each further pause is three times as long.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// The upper bound of a pause, before the random spread.
const MAX_PAUSE: TimeDelta = TimeDelta::hours(6);

/// The time of the next attempt after `attempts` failed ones; `None` if that was the last. The last attempt is at `end`.
/// `random` (0 to 255) spreads each pause by up to a quarter in both directions, so that deliveries that failed together
/// are not retried together.
pub fn next_attempt(attempts: u32, now: Timestamp, end: Timestamp, random: u8) -> Option<Timestamp> {
    if now >= end {
        return None;
    }
    let factor = 3_i32.saturating_pow(attempts.saturating_sub(1).min(12));
    let pause = FIRST_PAUSE.checked_mul(factor).unwrap_or(MAX_PAUSE).min(MAX_PAUSE);
    // Between 3/4 and 5/4 of the pause.
    let spread = pause.num_milliseconds() * (3 * 255 + 2 * i64::from(random)) / (4 * 255);
    Some(now.checked_add_signed(TimeDelta::milliseconds(spread)).unwrap_or(end).min(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LO-24
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
    fn randomness_spreads_a_pause_by_a_quarter() {
        let pause = |attempts, random| {
            let next = next_attempt(attempts, Timestamp::UNIX_EPOCH, Timestamp::MAX_UTC, random).expect("a next one");
            (next - Timestamp::UNIX_EPOCH).num_milliseconds()
        };
        assert_eq!((pause(1, 0), pause(1, 255)), (3_750, 6_250));
        assert_eq!((pause(99, 0), pause(99, 255)), (16_200_000, 27_000_000));
    }
}
