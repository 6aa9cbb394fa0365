//! How long a document is cached (draft 03 §5.2): by its headers (RFC 9111 §4.2.1), within our bounds.

use chrono::{DateTime, TimeDelta};
use http::HeaderMap;
use http::header::{AGE, CACHE_CONTROL, DATE, EXPIRES, HeaderName};

/// The least time, also for a document that must not be cached: each authorization request would fetch it.
const LEAST: TimeDelta = TimeDelta::minutes(5);
/// The longest time: a host that has changed hands does not keep its clients for longer.
const MOST: TimeDelta = TimeDelta::days(1);

/// How long the document is fresh, between five minutes and a day; five minutes where the headers do not say.
pub(super) fn lifetime(headers: &HeaderMap) -> TimeDelta {
    stated(headers).unwrap_or(LEAST).clamp(LEAST, MOST)
}

fn stated(headers: &HeaderMap) -> Option<TimeDelta> {
    let control: Vec<String> = headers
        .get_all(CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|directive| directive.trim().to_ascii_lowercase())
        .collect();
    if control.iter().any(|directive| matches!(directive.as_str(), "no-store" | "no-cache" | "private")) {
        return None;
    }
    let max_age = control.iter().find_map(|directive| directive.strip_prefix("max-age="));
    if let Some(max_age) = max_age {
        let seconds =
            |text: &str| text.trim_matches('"').parse::<u32>().ok().map(|count| TimeDelta::seconds(count.into()));
        let age = text(headers, AGE).and_then(seconds).unwrap_or_default();
        return seconds(max_age).map(|fresh| fresh - age);
    }
    let [expires, date] =
        [EXPIRES, DATE].map(|name| text(headers, name).and_then(|text| DateTime::parse_from_rfc2822(text).ok()));
    Some(expires? - date?)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_fresh_for_five_minutes_to_a_day() {
        let (five, day) = (300, 86_400);
        let date = ("date", "Mon, 30 Nov 2026 12:00:00 GMT");
        for (headers, seconds) in [
            (vec![], five),
            (vec![("cache-control", "max-age=3600")], 3600),
            (vec![("cache-control", "public, Max-Age=3600, must-revalidate")], 3600),
            (vec![("cache-control", "public"), ("cache-control", "max-age=\"900\"")], 900),
            (vec![("cache-control", "max-age=3600"), ("age", "3000")], 600),
            (vec![("cache-control", "max-age=3600"), ("age", "9999")], five),
            (vec![("cache-control", "max-age=1")], five),
            (vec![("cache-control", "max-age=0")], five),
            (vec![("cache-control", "max-age=31536000")], day),
            (vec![("cache-control", "max-age=99999999999999")], five),
            (vec![("cache-control", "max-age=-1")], five),
            (vec![("cache-control", "max-age=3600, no-store")], five),
            (vec![("cache-control", "no-cache, max-age=3600")], five),
            (vec![("cache-control", "private, max-age=3600")], five),
            (vec![date, ("expires", "Mon, 30 Nov 2026 14:00:00 GMT")], 7200),
            (vec![date, ("expires", "Mon, 30 Nov 2026 10:00:00 GMT")], five),
            (vec![date, ("expires", "Tue, 30 Nov 2038 10:00:00 GMT")], day),
            (vec![date, ("expires", "0")], five),
            (vec![("expires", "Mon, 30 Nov 2026 14:00:00 GMT")], five),
            (vec![date, ("expires", "Mon, 30 Nov 2026 14:00:00 GMT"), ("cache-control", "max-age=600")], 600),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in &headers {
                map.append(*name, value.parse().expect("a value"));
            }
            assert_eq!(lifetime(&map).num_seconds(), seconds, "{headers:?}");
        }
    }
}
