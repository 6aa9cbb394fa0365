//! The HTTP client for one provider. Every request to the provider uses it, in all three protocols.
//!
//! A provider that hangs must not affect the others: the number of waiting requests is limited, each has a timeout, and
//! after several timeouts in a row a circuit breaker rejects requests for a while ([`Breaker`]).

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwapOption;
use chrono::TimeDelta;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::breaker::Breaker;
use super::connection_remedy;
use super::failure::Fault;
use super::secret_order::SecretOrder;
use crate::base::clock::Timestamp;
use crate::base::lenient_json;
use crate::base::outbound::{Outbound, OutboundError, Trust};
use crate::config::Registration;

/// The highest number of concurrent requests to one provider; at most half of those to all.
const MAX_IN_FLIGHT: usize = 256;

/// Why a request has no usable response: the kind of failure, and an explanation for the operator.
#[derive(Debug)]
pub struct CallError(pub Fault, pub String);

impl From<OutboundError> for CallError {
    fn from(error: OutboundError) -> Self {
        let fault = match error {
            OutboundError::Timeout => Fault::Timeout,
            OutboundError::Exhausted | OutboundError::TooMany => Fault::Overloaded,
            _ => Fault::InvalidResponse,
        };
        Self(fault, connection_remedy::of_connection(error.to_string()))
    }
}

/// The HTTP client for one provider.
pub struct ProviderHttp {
    provider: String,
    outbound: Outbound,
    timeout: Duration,
    /// Hosts in the configuration. URLs on them may resolve to private addresses.
    trusted_hosts: Vec<Host>,
    /// URLs in the configuration. They may resolve to private addresses.
    configured_urls: Vec<Url>,
    breaker: Breaker,
    permits: Semaphore,
    secret_order: SecretOrder,
    /// Why no request is sent; `None` if requests are sent.
    suspension: ArcSwapOption<String>,
}

impl ProviderHttp {
    /// Creates the client. Every URL on the host of a `trusted` URL may resolve to a private address.
    pub fn new<'u>(
        registration: &Registration,
        trusted: impl IntoIterator<Item = &'u Url>,
        outbound: Outbound,
    ) -> Self {
        let endpoints = &registration.endpoints;
        let configured_urls = [
            &endpoints.authorization_endpoint,
            &endpoints.token_endpoint,
            &endpoints.userinfo_endpoint,
            &endpoints.jwks_uri,
            &endpoints.end_session_endpoint,
            &endpoints.revocation_endpoint,
        ];
        let in_flight = MAX_IN_FLIGHT.min(outbound.most() / 2).max(1);
        Self {
            provider: registration.id.clone(),
            outbound,
            timeout: registration.timeout,
            trusted_hosts: trusted.into_iter().filter_map(|url| Some(url.host()?.to_owned())).collect(),
            configured_urls: configured_urls.into_iter().flatten().cloned().collect(),
            breaker: Breaker::default(),
            permits: Semaphore::new(in_flight),
            secret_order: SecretOrder::default(),
            suspension: ArcSwapOption::empty(),
        }
    }

    /// The order in which the two client secrets are sent.
    pub fn secret_order(&self) -> &SecretOrder {
        &self.secret_order
    }

    /// Sends no more requests, for this reason; with `None` sends them again. Returns whether that is a change.
    pub fn suspend(&self, reason: Option<String>) -> bool {
        let reason = reason.map(Arc::new);
        self.suspension.swap(reason.clone()) != reason
    }

    /// Why no request is sent; `None` if requests are sent.
    pub fn suspension(&self) -> Option<Arc<String>> {
        self.suspension.load_full()
    }

    /// Sends one request and receives the whole response within the provider's timeout, which includes the wait for a permit.
    pub async fn send(
        &self,
        request: http::Request<Vec<u8>>,
        now: Timestamp,
    ) -> Result<http::Response<Vec<u8>>, CallError> {
        if let Some(reason) = self.suspension() {
            return Err(CallError(Fault::Unavailable, reason.to_string()));
        }
        if let Some(left) = self.breaker.remaining_pause(now) {
            return Err(rejected(left));
        }
        let begun = Instant::now();
        let permit = tokio::time::timeout(self.timeout, self.permits.acquire()).await;
        let Ok(Ok(_permit)) = permit else {
            return Err(CallError(Fault::NotSent, "too many requests to it are waiting for a response".into()));
        };
        let waited = begun.elapsed();
        self.breaker.admit(now + time_delta(waited)).map_err(rejected)?;
        let trust = Url::parse(&request.uri().to_string()).map_or(Trust::Learned, |url| self.trust(&url));
        let is_plain = request.uri().scheme_str() == Some("http");
        let outcome = self.outbound.send(request, trust, self.timeout.saturating_sub(waited)).await;
        match &outcome {
            // Not counted: after the wait for a permit, the provider had less than its full timeout.
            Err(OutboundError::Timeout) if waited > self.timeout / 10 => {}
            Err(OutboundError::Timeout) => self.timed_out(now + time_delta(begun.elapsed())),
            // Not counted: this process has no descriptor left, and the provider has received no request.
            Err(OutboundError::Exhausted) => {
                tracing::warn!(provider = %self.provider, "no socket can be opened: too many open files");
            }
            // Not counted: nothing was sent.
            Err(OutboundError::TooMany) => {}
            _ => self.breaker.responded(),
        }
        let response = outcome?;
        match connection_remedy::of_plain_http(&response).filter(|_| is_plain) {
            Some(why) => Err(CallError(Fault::InvalidResponse, why)),
            None => Ok(response),
        }
    }

    fn timed_out(&self, now: Timestamp) {
        if self.breaker.timed_out(now) {
            tracing::warn!(provider = %self.provider, "the provider does not respond in time; requests to it are suspended for a while");
        }
    }

    /// Trusted hosts and configured URLs may resolve to private addresses.
    fn trust(&self, url: &Url) -> Trust {
        let is_trusted_host = url.host().is_some_and(|host| self.trusted_hosts.contains(&host.to_owned()));
        if is_trusted_host || self.configured_urls.contains(url) { Trust::Configured } else { Trust::Learned }
    }
}

fn rejected(left: TimeDelta) -> CallError {
    let seconds = left.num_seconds() + 1;
    CallError(
        Fault::NotSent,
        format!("did not respond in time several times in a row; the next request is sent in {seconds} s"),
    )
}

fn time_delta(elapsed: Duration) -> TimeDelta {
    TimeDelta::from_std(elapsed).unwrap_or_default()
}

/// Parses JSON of any media type except `text/html` (RD-16). The error does not quote the body.
pub fn read_json(headers: &HeaderMap, body: &[u8]) -> Result<Value, String> {
    if is_type(headers, "text/html") {
        return Err("answered with HTML instead of JSON".into());
    }
    lenient_json::read(body).ok_or_else(|| "answered with something that is not JSON".into())
}

/// Whether `Content-Type` has this media type, with any parameters.
pub fn is_type(headers: &HeaderMap, name: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(name)
}

/// The explanation of an unexpected status for the operator, for example `answered 503`.
pub fn describe_status(status: StatusCode) -> String {
    if status.is_redirection() {
        format!("answered {}, and redirects are not followed", status.as_u16())
    } else {
        format!("answered {}", status.as_u16())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FI-08: a request that gets no permit fails within the timeout, and does not count for the circuit breaker.
    #[tokio::test]
    async fn the_number_of_concurrent_requests_is_limited() {
        let now = Timestamp::from_timestamp(1_700_000_000, 0).expect("an instant");
        let registration = Registration { timeout: Duration::from_millis(20), ..Registration::example() };
        let http = ProviderHttp::new(&registration, [], Outbound::new().expect("a client"));
        let request = || http::Request::get("http://127.0.0.1:1/").body(vec![]).expect("a request");
        let all_permits =
            http.permits.try_acquire_many(u32::try_from(MAX_IN_FLIGHT).expect("few")).expect("all permits");
        for _ in 0..10 {
            let CallError(fault, why) = http.send(request(), now).await.expect_err("no permit");
            assert!(fault == Fault::NotSent && why.contains("too many"), "{why}");
        }
        drop(all_permits);
        let CallError(fault, why) = http.send(request(), now).await.expect_err("a private address");
        assert_eq!(fault, Fault::InvalidResponse, "{why}");
    }

    /// FI-08: a provider that hangs leaves half of all requests to the others; without a permit nothing counts for the circuit
    /// breaker.
    #[tokio::test]
    async fn the_requests_to_all_providers_are_limited() {
        let now = Timestamp::from_timestamp(1_700_000_000, 0).expect("an instant");
        let url = Url::parse("http://127.0.0.1:1/").expect("a URL");
        let http = |most| {
            let outbound = Outbound::new().expect("a client").limited_to(most);
            ProviderHttp::new(&Registration::example(), [&url], outbound)
        };
        assert_eq!([1, 16, 128, 512, 2000].map(|most| http(most).permits.available_permits()), [1, 8, 64, 256, 256]);
        let exhausted = http(0);
        for _ in 0..10 {
            let request = http::Request::get(url.as_str()).body(vec![]).expect("a request");
            let CallError(fault, why) = exhausted.send(request, now).await.expect_err("no permit");
            assert!(fault == Fault::Overloaded && why.contains("in progress"), "{why}");
        }
    }

    /// RD-16
    #[test]
    fn every_media_type_except_html_is_parsed_as_json() {
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
