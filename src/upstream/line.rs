//! The line to one provider: every call to it, whatever protocol it speaks, goes through here.
//!
//! A provider that hangs must cost the others nothing. So the calls that wait for it are bounded, each ends within its
//! time limit, and after a few without an answer it is left alone for a while ([`Breaker`]).

use std::time::Duration;
use std::time::Instant;

use chrono::TimeDelta;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::breaker::Breaker;
use super::failure::Fault;
use crate::base::clock::Timestamp;
use crate::base::outbound::{Outbound, OutboundError, Trust};
use crate::config::Registration;

/// The most calls to one provider that wait for an answer at the same time.
const MOST_IN_FLIGHT: usize = 256;

/// A call without a usable answer: whose fault it is, and the reason in words.
#[derive(Debug)]
pub struct Unanswered(pub Fault, pub String);

impl From<OutboundError> for Unanswered {
    fn from(error: OutboundError) -> Self {
        let fault = if matches!(error, OutboundError::Timeout) { Fault::Timeout } else { Fault::Answer };
        Self(fault, error.to_string())
    }
}

/// The line to one provider.
pub struct Line {
    provider: String,
    outbound: Outbound,
    timeout: Duration,
    /// Hosts that the operator named: everything there may live on a private address.
    homes: Vec<Host>,
    /// Addresses that the operator wrote.
    given: Vec<Url>,
    breaker: Breaker,
    room: Semaphore,
}

impl Line {
    /// To the provider of that registration. `homes` are addresses at the provider that the operator wrote into the
    /// configuration, whose hosts are trusted as a whole.
    pub fn new<'u>(registration: &Registration, homes: impl IntoIterator<Item = &'u Url>, outbound: Outbound) -> Self {
        let endpoints = &registration.endpoints;
        let given = [
            &endpoints.authorization_endpoint,
            &endpoints.token_endpoint,
            &endpoints.userinfo_endpoint,
            &endpoints.jwks_uri,
            &endpoints.end_session_endpoint,
            &endpoints.revocation_endpoint,
        ];
        Self {
            provider: registration.id.clone(),
            outbound,
            timeout: registration.timeout,
            homes: homes.into_iter().filter_map(|url| Some(url.host()?.to_owned())).collect(),
            given: given.into_iter().flatten().cloned().collect(),
            breaker: Breaker::default(),
            room: Semaphore::new(MOST_IN_FLIGHT),
        }
    }

    /// Sends one request, and has the whole answer within the provider's time limit. Waiting for a place counts.
    pub async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        now: Timestamp,
    ) -> Result<http::Response<Vec<u8>>, Unanswered> {
        if let Some(left) = self.breaker.pause(now) {
            return Err(left_alone(left));
        }
        let begun = Instant::now();
        let place = tokio::time::timeout(self.timeout, self.room.acquire()).await;
        let Ok(Ok(_place)) = place else {
            return Err(Unanswered(Fault::Timeout, "too many calls to it wait for an answer".into()));
        };
        let waited = begun.elapsed();
        self.breaker.pass(now + in_clock(waited)).map_err(left_alone)?;
        let trust = Url::parse(&request.uri().to_string()).map_or(Trust::Learned, |url| self.trust(&url));
        let outcome = self.outbound.send(request, trust, self.timeout.saturating_sub(waited)).await;
        match &outcome {
            // Who waited for a place gave the provider less than its time.
            Err(OutboundError::Timeout) if waited > self.timeout / 10 => {}
            Err(OutboundError::Timeout) => self.timed_out(now + in_clock(begun.elapsed())),
            _ => self.breaker.answered(),
        }
        Ok(outcome?)
    }

    /// Gets a JSON document.
    pub async fn get_json(&self, url: &str, now: Timestamp) -> Result<Value, Unanswered> {
        let request = http::Request::get(url).header(header::ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|_| Unanswered(Fault::Answer, "the URL cannot be asked".into()))?;
        let answer = self.send(request, now).await?;
        if answer.status() != StatusCode::OK {
            return Err(Unanswered(Fault::Answer, status_in_words(answer.status())));
        }
        read_json(answer.headers(), answer.body()).map_err(|reason| Unanswered(Fault::Answer, reason))
    }

    fn timed_out(&self, now: Timestamp) {
        if self.breaker.timed_out(now) {
            tracing::warn!(provider = %self.provider, "the provider does not answer in time, and is left alone for a while");
        }
    }

    /// A host that the operator named and an address that the operator wrote may be private ones.
    fn trust(&self, url: &Url) -> Trust {
        let at_home = url.host().is_some_and(|host| self.homes.contains(&host.to_owned()));
        if at_home || self.given.contains(url) { Trust::Configured } else { Trust::Learned }
    }
}

fn left_alone(left: TimeDelta) -> Unanswered {
    let seconds = left.num_seconds() + 1;
    Unanswered(Fault::Timeout, format!("did not answer in time again and again, and is not asked for {seconds} s"))
}

fn in_clock(elapsed: Duration) -> TimeDelta {
    TimeDelta::from_std(elapsed).unwrap_or_default()
}

/// Reads JSON whatever it calls itself, unless it calls itself a page (RD-16). The reason quotes nothing of it.
pub fn read_json(headers: &HeaderMap, body: &[u8]) -> Result<Value, String> {
    if is_type(headers, "text/html") {
        return Err("answered with a page instead of JSON".into());
    }
    serde_json::from_slice(body).map_err(|_| "answered with something that is not JSON".into())
}

/// Whether the media type is the one named, whatever its parameters.
pub fn is_type(headers: &HeaderMap, name: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(name)
}

/// A status that is of no use, in words.
pub fn status_in_words(status: StatusCode) -> String {
    if status.is_redirection() {
        format!("answered {}, and redirects are not followed", status.as_u16())
    } else {
        format!("answered {}", status.as_u16())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FI-08: who finds too many before is told so within the time limit, and the provider is not blamed for it.
    #[tokio::test]
    async fn the_calls_that_wait_are_bounded() {
        let now = Timestamp::from_timestamp(1_700_000_000, 0).expect("an instant");
        let registration = Registration { timeout: Duration::from_millis(20), ..Registration::example() };
        let line = Line::new(&registration, [], Outbound::new().expect("a client"));
        let request = || http::Request::get("http://127.0.0.1:1/").body(vec![]).expect("a request");
        let others = line.room.try_acquire_many(u32::try_from(MOST_IN_FLIGHT).expect("few")).expect("all places");
        for _ in 0..10 {
            let Unanswered(fault, why) = line.send(request(), now).await.expect_err("no place");
            assert!(fault == Fault::Timeout && why.contains("too many"), "{why}");
        }
        drop(others);
        let Unanswered(fault, why) = line.send(request(), now).await.expect_err("a private address");
        assert_eq!(fault, Fault::Answer, "{why}");
    }

    /// RD-16
    #[test]
    fn a_page_is_no_document_and_everything_else_may_be() {
        let read = |name: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            if let Some(name) = name {
                headers.insert(header::CONTENT_TYPE, name.parse().expect("a header"));
            }
            read_json(&headers, b"{}").is_ok()
        };
        for good in ["application/json", "application/json; charset=utf-8", "application/jwk-set+json", "text/plain"] {
            assert!(read(Some(good)), "{good}");
        }
        assert!(read(None));
        assert!(!read(Some("text/html")));
        assert!(!read(Some("Text/HTML; charset=utf-8")));
    }
}
