//! The HTTP client of a probe, which also reads the provider's clock from the responses.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Datelike, TimeDelta};
use http::{HeaderMap, Request, Response, header};

use super::finding::{Check, Finding};
use crate::base::clock::{Clock, Timestamp};
use crate::upstream::provider_http::{CallError, ProviderHttp};

/// Sends the requests of a probe to one provider.
pub struct ProbeClient {
    http: ProviderHttp,
    clock: Clock,
    /// How far the provider's clock is ahead, by the last response with a `Date`.
    ahead: Mutex<Option<TimeDelta>>,
}

impl ProbeClient {
    /// Uses the HTTP client of a login, with the same timeout.
    pub fn new(http: ProviderHttp, clock: Clock) -> Self {
        Self { http, clock, ahead: Mutex::new(None) }
    }

    /// The current time of the clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sends one request. The error explains the failure and a remedy.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
        let before = self.clock.now();
        let answer = self.http.send(request, before).await;
        let answer = answer.map_err(|CallError(_, why)| why)?;
        if let Some(date) = date(answer.headers()) {
            let ahead = distance(date, before, self.clock.now());
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
        Ok(answer)
    }

    /// The finding about the provider's clock.
    pub fn clock_found(&self, leeway: Duration, tolerance: &ClockTolerance) -> Finding {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ahead) = ahead else {
            return Finding::note(Check::Clock, "unknown: no response has a Date");
        };
        let (seconds, side) =
            (ahead.num_seconds().unsigned_abs(), if ahead < TimeDelta::zero() { "slow" } else { "fast" });
        if Duration::from_secs(seconds) <= leeway {
            return match seconds {
                0 | 1 => Finding::good(Check::Clock, "as ours"),
                _ => Finding::good(Check::Clock, format!("{seconds} s {side} by ours, within leeway")),
            };
        }
        let leeway = leeway.as_secs();
        let text = format!(
            "its clock is {seconds} s {side} by ours, and leeway is {leeway} s: set the clock of this machine, or leeway if \
             theirs is wrong"
        );
        if tolerance.fails(ahead) {
            return Finding::failed(Check::Clock, text);
        }
        Finding::warning(
            Check::Clock,
            format!("{text}; logins work as long as its tokens are valid for longer than that"),
        )
    }
}

/// How far the provider's clock may be ahead or behind until logins fail; `None` for any distance.
pub struct ClockTolerance {
    /// The limit ahead of ours.
    pub ahead: Option<TimeDelta>,
    /// The limit behind ours.
    pub behind: Option<TimeDelta>,
}

impl ClockTolerance {
    fn fails(&self, ahead: TimeDelta) -> bool {
        let limit = if ahead < TimeDelta::zero() { self.behind } else { self.ahead };
        limit.is_some_and(|limit| ahead.abs() > limit)
    }
}

/// The time at which the response was created; `None` for a response from a cache.
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::AGE).is_some_and(|age| age.trim() != "0") {
        return None;
    }
    // The reader takes years of more than four digits, with which the arithmetic below would overflow.
    let date = DateTime::parse_from_rfc2822(text(header::DATE)?).ok().map(|date| date.to_utc());
    date.filter(|date| date.year() <= 9999)
}

/// How far a `Date`, which has whole seconds, is outside the interval between request and response.
fn distance(date: Timestamp, before: Timestamp, after: Timestamp) -> TimeDelta {
    let end = date + TimeDelta::seconds(1);
    if date > after {
        date - after
    } else if end < before {
        end - before
    } else {
        TimeDelta::zero()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, millis: u32) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, millis * 1_000_000).expect("an instant")
    }

    #[test]
    fn the_clock_difference_is_measured_against_the_request_interval() {
        // Request at 10.9, response at 12.1: a Date of 10, 11 or 12 is correct.
        let ahead = |date| distance(at(date, 0), at(10, 900), at(12, 100)).num_seconds();
        assert_eq!([10, 11, 12].map(ahead), [0, 0, 0]);
        assert_eq!([72, -50].map(ahead), [59, -59]);
    }

    #[test]
    fn the_date_of_a_cached_response_is_ignored() {
        let read = |pairs: &[(&'static str, &'static str)]| {
            let headers =
                pairs.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")));
            date(&headers.collect::<HeaderMap>())
        };
        let good = ("date", "Fri, 15 Jan 2027 08:00:00 GMT");
        assert_eq!(read(&[good]), Some(at(0, 0)));
        assert_eq!(read(&[good, ("age", "0")]), Some(at(0, 0)));
        assert_eq!(read(&[good, ("age", "77")]), None);
        assert_eq!(read(&[("date", "yesterday")]), None);
        assert_eq!(read(&[]), None);
    }
}
