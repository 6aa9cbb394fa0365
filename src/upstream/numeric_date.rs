//! `NumericDate` claims (RFC 7519 §2): seconds since 1970, possibly with a fraction. Some providers send the digits as
//! a string, or a time by RFC 3339 (ADFS).

use chrono::DateTime;
use serde_json::{Map, Value};

use crate::base::clock::Timestamp;

/// The largest accepted distance from 1970, in seconds. It keeps sums of times in range.
const MAX_SECONDS: f64 = 1e11;

/// The longest number in a string.
const MAX_DIGITS: usize = 32;

/// The claim is present, but its value is not a `NumericDate`.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidNumericDate;

/// The time in a claim, truncated to seconds. A null counts as absent.
pub fn read(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, InvalidNumericDate> {
    claims.get(name).filter(|value| !value.is_null()).map(parse).transpose()
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn parse(value: &Value) -> Result<Timestamp, InvalidNumericDate> {
    if let Some(time) = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok()) {
        return Ok(time.to_utc());
    }
    let digits = value.as_str().filter(|text| is_number(text)).and_then(|text| text.parse().ok());
    let seconds = value.as_f64().or(digits).filter(|seconds: &f64| seconds.abs() < MAX_SECONDS);
    seconds.and_then(|seconds| Timestamp::from_timestamp(seconds as i64, 0)).ok_or(InvalidNumericDate)
}

/// Whether a string has digits only, with a sign and a fraction at most.
fn is_number(text: &str) -> bool {
    text.len() <= MAX_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RT-09, RT-11
    #[test]
    fn every_number_in_range_is_read_and_truncated_to_seconds() {
        let of = |value: Value| read(&Map::from_iter([("exp".to_owned(), value)]), "exp");
        let seconds = |value: Value| of(value).map(|at| at.map(|at| at.timestamp()));
        assert_eq!(seconds(json!(1_800_000_000)), Ok(Some(1_800_000_000)));
        assert_eq!(seconds(json!(1_800_000_000.9)), Ok(Some(1_800_000_000)));
        assert_eq!(seconds(json!(1.8e9)), Ok(Some(1_800_000_000)));
        assert_eq!(seconds(json!(-1)), Ok(Some(-1)));
        assert_eq!((seconds(json!(null)), read(&Map::new(), "exp")), (Ok(None), Ok(None)));
        for text in ["1800000000", "1800000000.9", "2027-01-15T08:00:00Z", "2027-01-15T09:00:00.25+01:00"] {
            assert_eq!(seconds(json!(text)), Ok(Some(1_800_000_000)), "{text}");
        }
        for text in
            ["", "soon", "1e9", "+1", "1 800 000 000", "0x10", "NaN", "inf", "1.2.3", "2027-01-15", "99999999999999"]
        {
            assert_eq!(of(json!(text)), Err(InvalidNumericDate), "{text}");
        }
        for bad in [json!(1e11), json!(-1e300), json!(u64::MAX), json!(true), json!([1])] {
            assert_eq!(of(bad.clone()), Err(InvalidNumericDate), "{bad}");
        }
    }
}
