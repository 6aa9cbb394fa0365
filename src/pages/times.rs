//! Dates and times as a language writes them (ICU4X), in UTC.

use chrono::{DateTime, Datelike, Timelike};
use icu_calendar::Gregorian;
use icu_datetime::FixedCalendarDateTimeFormatter;
use icu_datetime::fieldsets::{YMD, YMDT};
use icu_datetime::input::{Date, DateTime as Input, Time};
use icu_locale_core::Locale;

/// The formatter of a language.
pub(super) struct Times(FixedCalendarDateTimeFormatter<Gregorian, YMDT>);

impl Times {
    /// The formats of that locale, or of the nearest one that is known. `None` if there are none.
    pub(super) fn of(locale: Locale) -> Option<Self> {
        FixedCalendarDateTimeFormatter::try_new(locale.into(), YMD::long().with_time_hm()).ok().map(Self)
    }

    /// The date and the time to the minute. `None` if it is out of range.
    pub(super) fn format(&self, epoch_seconds: i64) -> Option<String> {
        let at = DateTime::from_timestamp(epoch_seconds, 0)?;
        let small = |number: u32| u8::try_from(number).ok();
        let date = Date::try_new_gregorian(at.year(), small(at.month())?, small(at.day())?).ok()?;
        let time = Time::try_new(small(at.hour())?, small(at.minute())?, 0, 0).ok()?;
        Some(self.0.format(&Input { date, time }).to_string())
    }
}
