//! How long to wait before a client is tried again, and when to stop.

use chrono::TimeDelta;

use crate::base::clock::Instant;

/// The first pause; each one after it is three times as long.
const SHORTEST: TimeDelta = TimeDelta::seconds(5);
/// The longest pause.
const LONGEST: TimeDelta = TimeDelta::hours(6);
/// When a notice is given up, counted from the end of the session.
pub const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(3);

/// When to try again after `attempts` that failed, or `None` if that was the last one. The last attempt is made when the
/// time is over. `chance`: 0 to 255, spreads the pauses by a quarter to either side, so that what failed together is
/// not tried together.
pub fn next_attempt(created_at: Instant, attempts: u32, now: Instant, chance: u8) -> Option<Instant> {
    let end = created_at.checked_add_signed(GIVE_UP_AFTER).unwrap_or(Instant::MAX_UTC);
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
        let created = Instant::UNIX_EPOCH;
        let (mut now, mut pauses) = (created, Vec::new());
        let mut attempts = 1;
        while let Some(next) = next_attempt(created, attempts, now, 128) {
            assert!(next > now);
            pauses.push((next - now).num_seconds());
            now = next;
            attempts += 1;
        }
        assert_eq!(pauses[..4], [5, 15, 45, 135]);
        assert_eq!(pauses.iter().max(), Some(&(6 * 3600 + 21)), "{pauses:?}");
        assert_eq!(now, created + GIVE_UP_AFTER);
        assert!((15..25).contains(&pauses.len()), "{pauses:?}");
    }

    #[test]
    fn chance_moves_a_pause_by_a_quarter() {
        let pause = |attempts, chance| {
            let next = next_attempt(Instant::UNIX_EPOCH, attempts, Instant::UNIX_EPOCH, chance).expect("a next one");
            (next - Instant::UNIX_EPOCH).num_milliseconds()
        };
        assert_eq!((pause(1, 0), pause(1, 255)), (3_750, 6_250));
        assert_eq!((pause(99, 0), pause(99, 255)), (16_200_000, 27_000_000));
    }
}
