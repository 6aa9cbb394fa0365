//! Times in claims: `NumericDate` (RFC 7519 §2), seconds since 1970 that may have a fraction.

use serde_json::{Map, Value};

use crate::base::clock::Timestamp;

/// Further away is no time; the bound keeps every sum with one in range.
const FAR: f64 = 1e11;

/// A time that a claim was to have, and nothing that can be read as one.
#[derive(Debug, PartialEq, Eq)]
pub struct Unreadable;

/// The time in a claim, in whole seconds. A null counts as absent.
pub fn at(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, Unreadable> {
    claims.get(name).filter(|value| !value.is_null()).map(read).transpose()
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn read(value: &Value) -> Result<Timestamp, Unreadable> {
    let seconds = value.as_f64().filter(|seconds| seconds.abs() < FAR);
    seconds.and_then(|seconds| Timestamp::from_timestamp(seconds as i64, 0)).ok_or(Unreadable)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RT-09, RT-11
    #[test]
    fn whole_seconds_are_read_of_every_number_in_range() {
        let of = |value: Value| at(&Map::from_iter([("exp".to_owned(), value)]), "exp");
        let seconds = |value: Value| of(value).map(|at| at.map(|at| at.timestamp()));
        assert_eq!(seconds(json!(1_800_000_000)), Ok(Some(1_800_000_000)));
        assert_eq!(seconds(json!(1_800_000_000.9)), Ok(Some(1_800_000_000)));
        assert_eq!(seconds(json!(1.8e9)), Ok(Some(1_800_000_000)));
        assert_eq!(seconds(json!(-1)), Ok(Some(-1)));
        assert_eq!((seconds(json!(null)), at(&Map::new(), "exp")), (Ok(None), Ok(None)));
        for bad in [json!("1800000000"), json!(1e11), json!(-1e300), json!(u64::MAX), json!(true), json!([1])] {
            assert_eq!(of(bad.clone()), Err(Unreadable), "{bad}");
        }
    }
}
