//! One rate limit, in memory: a number of requests per minute and key, such as an address or a session.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Instant;

use actix_web::HttpRequest;
use governor::clock::{Clock, DefaultClock};
use governor::{Quota, RateLimiter};

use super::bounded_store::BoundedStore;
use super::client_address;
use crate::app::App;
use crate::web::answer::problem::Problem;

/// A number of requests per minute and key.
pub(super) struct Limiter<K: Hash + Eq + Clone> {
    /// The key of the configuration, for the log.
    name: &'static str,
    requests: RateLimiter<K, BoundedStore<K>, DefaultClock>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// A `per_minute` of 0 counts as 1.
    pub(super) fn new(name: &'static str, per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let clock = DefaultClock::default();
        Self { name, requests: RateLimiter::new(quota, BoundedStore::new(), clock.clone()), clock }
    }

    /// Counts a request. If it is refused, its log line names the limit.
    pub(super) fn count(&self, key: &K) -> Result<(), Problem> {
        self.check(key).map_err(|until| self.refusal(until))
    }

    /// Counts a request; if it is refused, the time of the next one that is allowed.
    pub(super) fn check(&self, key: &K) -> Result<(), Instant> {
        self.requests.check_key(key).map_err(|until| until.earliest_possible())
    }

    /// The refusal of a request; `until` is the time of the next one that is allowed. The log line names the limit.
    pub(super) fn refusal(&self, until: Instant) -> Problem {
        tracing::Span::current().record("limit", self.name);
        Problem::rate_limited(until.saturating_duration_since(self.now()).as_secs() + 1)
    }

    /// The current time of the limiter's clock.
    pub(super) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The number of keys with a state.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.requests.len()
    }

    pub(super) fn evict_idle(&self) {
        self.requests.retain_recent();
        self.requests.shrink_to_fit();
    }
}

impl Limiter<IpAddr> {
    /// Counts a request by the client's IPv4 address or IPv6 /64.
    pub(super) fn count_address(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        let address = client_address::address(request, &app.config.server.trusted_proxies);
        self.count(&client_address::network(address))
    }
}
