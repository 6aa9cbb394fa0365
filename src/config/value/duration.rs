//! Durations: `"500ms"`, `"30s"`, `"5m"`, `"12h"`, `"7d"`.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Error};

use super::local::{MAY_BE_EMPTY, RULE};

/// The pattern of a duration in the JSON Schema.
const PATTERN: &str = "^[0-9]+(ms|s|m|h|d)$";
/// The pattern of a duration that may be empty.
const PATTERN_OR_NONE: &str = "^([0-9]+(ms|s|m|h|d))?$";
/// The name of the local rule.
pub(crate) const RULE_NAME: &str = "duration";
/// The keyword of the schema with the least duration, as it would be written. The published schema does not have it.
pub(crate) const FROM: &str = "x-from";
/// The keyword of the schema with the greatest duration. The published schema does not have it.
pub(crate) const TO: &str = "x-to";

/// The limit: ten years. A longer duration is a mistake, and could overflow when it is added to a time.
const MAX_DURATION: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Why a text is not a duration.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum BadDuration {
    /// Not a whole number followed by a unit.
    #[error("is not a duration")]
    Malformed,
    /// More than ten years.
    #[error("is longer than ten years")]
    TooLong,
}

/// For `#[serde(with = "DurationText")]`: a duration. The attribute `#[schemars(extend("x-from" = "1s", "x-to" = "1h"))]` has
/// its bounds.
pub(crate) struct DurationText;

impl DurationText {
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        parse(&String::deserialize(deserializer)?).map_err(|bad| D::Error::custom(bad.to_string()))
    }
}

impl JsonSchema for DurationText {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN, RULE: RULE_NAME })
    }
}

/// For `#[serde(with = "GivenDuration")]`: an empty text is `None`. Its bounds are written as those of [`DurationText`].
pub(crate) struct GivenDuration;

impl GivenDuration {
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = |text: &str| parse(text).map_err(|bad| D::Error::custom(bad.to_string()));
        if text.is_empty() { Ok(None) } else { read(&text).map(Some) }
    }
}

impl JsonSchema for GivenDuration {
    fn schema_name() -> Cow<'static, str> {
        "GivenDuration".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": PATTERN_OR_NONE, RULE: RULE_NAME, MAY_BE_EMPTY: true })
    }
}

/// The duration as it would be written, in the largest unit that gives a whole number.
pub(crate) fn text(duration: Duration) -> String {
    let millis = duration.as_millis();
    let units = [("d", 24 * 60 * 60 * 1000), ("h", 60 * 60 * 1000), ("m", 60 * 1000), ("s", 1000), ("ms", 1)];
    let whole = units.into_iter().find(|(_, unit)| millis > 0 && millis.is_multiple_of(*unit));
    whole.map_or_else(|| "0s".to_owned(), |(name, unit)| format!("{}{name}", millis / unit))
}

/// Parses a duration: a whole number and a unit, without white space.
pub(crate) fn parse(text: &str) -> Result<Duration, BadDuration> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or(BadDuration::Malformed)?;
    let (digits, unit) = text.split_at(unit_at);
    let millis: u64 = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60 * 1000,
        "h" => 60 * 60 * 1000,
        "d" => 24 * 60 * 60 * 1000,
        _ => return Err(BadDuration::Malformed),
    };
    if digits.is_empty() {
        return Err(BadDuration::Malformed);
    }
    let number: u64 = digits.parse().map_err(|_| BadDuration::TooLong)?;
    let duration = Duration::from_millis(number.checked_mul(millis).ok_or(BadDuration::TooLong)?);
    if duration > MAX_DURATION { Err(BadDuration::TooLong) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_in_its_largest_whole_unit() {
        for written in ["0s", "1ms", "1500ms", "90s", "5m", "25h", "7d"] {
            assert_eq!(parse(written).map(text), Ok(written.to_owned()));
        }
        assert_eq!(text(Duration::from_secs(7200)), "2h");
    }

    #[test]
    fn a_duration_is_a_whole_number_with_a_unit() {
        let seconds = |text| parse(text).map(|duration| duration.as_secs());
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(["30s", "5m", "12h", "7d", "0s"].map(seconds), [Ok(30), Ok(300), Ok(43_200), Ok(604_800), Ok(0)]);
        for bad in ["", "5", "s", "5 m", "-5m", "1.5h", "5min", "5M", "５m", "1h30m"] {
            assert_eq!(parse(bad), Err(BadDuration::Malformed), "{bad:?}");
        }
        for long in ["3651d", "99999999999999999999999s", "18446744073709551615d"] {
            assert_eq!(parse(long), Err(BadDuration::TooLong), "{long:?}");
        }
    }
}
