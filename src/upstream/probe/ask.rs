//! Asking a provider, and reading its clock off the answers.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use http::{HeaderMap, Request, Response, header};

use super::finding::{Check, Finding};
use crate::base::clock::{Clock, Timestamp};
use crate::upstream::line::{Line, Unanswered};

/// Asks one provider.
pub struct Asker {
    line: Line,
    clock: Clock,
    /// How far its clock is ahead of ours, by the last answer that told.
    ahead: Mutex<Option<TimeDelta>>,
}

impl Asker {
    /// Asks by this line, whose calls take no longer than those of a login.
    pub fn new(line: Line, clock: Clock) -> Self {
        Self { line, clock, ahead: Mutex::new(None) }
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sends one request. The error says why there is no answer, and what to do about it.
    pub async fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> {
        let before = self.clock.now();
        let answer = self.line.send(request, before).await;
        let answer = answer.map_err(|Unanswered(_, why)| in_words(why))?;
        if let Some(date) = date(answer.headers()) {
            let ahead = distance(date, before, self.clock.now());
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
        Ok(answer)
    }

    /// What the answers said of its clock.
    pub fn clock_found(&self, leeway: Duration) -> Finding {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ahead) = ahead else {
            return Finding::note(Check::Clock, "cannot be told: no answer has a Date");
        };
        let (seconds, side) =
            (ahead.num_seconds().unsigned_abs(), if ahead < TimeDelta::zero() { "slow" } else { "fast" });
        if Duration::from_secs(seconds) > leeway {
            let leeway = leeway.as_secs();
            let said = format!(
                "its clock is {seconds} s {side} by ours, and leeway is {leeway} s: set the clock of this machine, or \
                 leeway if it is theirs that is wrong"
            );
            return Finding::failed(Check::Clock, said);
        }
        match seconds {
            0 | 1 => Finding::good(Check::Clock, "as ours"),
            _ => Finding::good(Check::Clock, format!("{seconds} s {side} by ours, within leeway")),
        }
    }
}

/// When the answer was made. One out of a cache on the way says nothing of now.
fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if text(header::AGE).is_some_and(|age| age.trim() != "0") {
        return None;
    }
    DateTime::parse_from_rfc2822(text(header::DATE)?).ok().map(|date| date.to_utc())
}

/// How far a time is ahead of the stretch in which it was told. It is cut to whole seconds.
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

/// The HTTP client's words, and the remedy where the certificate is the reason.
fn in_words(text: String) -> String {
    let remedies = [
        ("UnknownIssuer", "its certificate is of an authority that is not known here; name the authorities in ca_file"),
        ("CaUsedAsEndEntity", "its certificate vouches for itself; let an authority of yours sign it"),
        ("expired", "its certificate is too old, or the clock of this machine is wrong"),
        ("not valid yet", "its certificate is too new, or the clock of this machine is wrong"),
        ("not valid for name", "its certificate is for another host"),
    ];
    match remedies.into_iter().find(|(sign, _)| text.contains(sign)) {
        Some((_, remedy)) => format!("{text}: {remedy}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, millis: u32) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + seconds, millis * 1_000_000).expect("an instant")
    }

    #[test]
    fn a_clock_is_judged_by_when_the_answer_was_made() {
        // Asked at 10.9, answered at 12.1: a Date of 10, 11 or 12 is right.
        let ahead = |date| distance(at(date, 0), at(10, 900), at(12, 100)).num_seconds();
        assert_eq!([10, 11, 12].map(ahead), [0, 0, 0]);
        assert_eq!([72, -50].map(ahead), [59, -59]);
    }

    #[test]
    fn a_date_out_of_a_cache_says_nothing() {
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
