//! The age of a time in words, "3 hours ago".
//!
//! The words are messages with the plural rules of Fluent, and ICU4X writes the number. The formatter of ICU4X for relative times is in
//! `icu_experimental`, whose interface may change in any release and whose data also has currencies and units; and an
//! operator's file could not change its words.

use chrono::{DateTime, SecondsFormat};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The mean of the Gregorian calendar.
const YEAR: i64 = 31_556_952;
const MONTH: i64 = YEAR / 12;

/// The message for a time that is so many seconds ago, and the number in it. A time in the future is "just now": the clock of
/// another replica may be ahead.
pub(super) fn age(seconds: i64) -> (&'static str, i64) {
    let units =
        [(YEAR, "ago-years"), (MONTH, "ago-months"), (DAY, "ago-days"), (HOUR, "ago-hours"), (MINUTE, "ago-minutes")];
    let unit = units.into_iter().find(|(unit, _)| seconds >= *unit);
    unit.map_or(("ago-now", 0), |(unit, message)| (message, seconds / unit))
}

/// The time for programs (HTML Standard, "valid global date and time string"). `None` if it is out of range.
pub(super) fn machine_readable(epoch_seconds: i64) -> Option<String> {
    Some(DateTime::from_timestamp(epoch_seconds, 0)?.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_unit_is_named() {
        for (seconds, expected) in [
            (-5, ("ago-now", 0)),
            (0, ("ago-now", 0)),
            (59, ("ago-now", 0)),
            (60, ("ago-minutes", 1)),
            (119, ("ago-minutes", 1)),
            (3599, ("ago-minutes", 59)),
            (3600, ("ago-hours", 1)),
            (DAY - 1, ("ago-hours", 23)),
            (DAY, ("ago-days", 1)),
            (MONTH - 1, ("ago-days", 30)),
            (MONTH, ("ago-months", 1)),
            (YEAR - 1, ("ago-months", 11)),
            (YEAR, ("ago-years", 1)),
            (10 * YEAR, ("ago-years", 10)),
        ] {
            assert_eq!(age(seconds), expected, "{seconds}");
        }
    }

    #[test]
    fn programs_get_the_time_in_utc() {
        assert_eq!(machine_readable(1_700_000_000).as_deref(), Some("2023-11-14T22:13:20Z"));
        assert_eq!(machine_readable(i64::MAX), None);
    }
}
