//! Rate limits per client address, in memory: each replica counts for itself.

use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::client;
use super::problem::Problem;
use crate::app::App;

/// The limits. One login is one begin and one return, each counted by itself.
pub struct Throttles {
    begins: DefaultKeyedRateLimiter<IpAddr>,
    returns: DefaultKeyedRateLimiter<IpAddr>,
    posts: DefaultKeyedRateLimiter<IpAddr>,
    tokens: DefaultKeyedRateLimiter<IpAddr>,
    authorizations: DefaultKeyedRateLimiter<IpAddr>,
    administrators: DefaultKeyedRateLimiter<IpAddr>,
    logout_tokens: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Throttles {
    /// From `[limits]`.
    pub fn new(limits: &crate::config::Limits) -> Self {
        let per_minute = |n: u32| RateLimiter::keyed(Quota::per_minute(NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)));
        Self {
            begins: per_minute(limits.logins_per_minute),
            returns: per_minute(limits.logins_per_minute),
            posts: per_minute(limits.logins_per_minute),
            tokens: per_minute(limits.tokens_per_minute),
            authorizations: per_minute(limits.tokens_per_minute),
            administrators: per_minute(limits.tokens_per_minute),
            logout_tokens: per_minute(limits.tokens_per_minute),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a login that begins.
    pub fn begin(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.begins, app, request)
    }

    /// Counts someone who comes back.
    pub fn come_back(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.returns, app, request)
    }

    /// Counts an answer that comes by a form; the one who brings it comes back after that.
    pub fn post_back(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.posts, app, request)
    }

    /// Counts a request for a token.
    pub fn token(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.tokens, app, request)
    }

    /// Counts an app's request for a sign-in. Most are answered without one, as tokens are renewed without one.
    pub fn authorize(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.authorizations, app, request)
    }

    /// Counts a wrong token of an administrator. By itself: nobody who shares the address loses tokens by it.
    pub fn not_administrator(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.administrators, app, request)
    }

    /// Counts a logout token that is none. Those of a provider that are good are never too many.
    pub fn bad_logout_token(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.logout_tokens, app, request)
    }

    fn count(&self, limit: &DefaultKeyedRateLimiter<IpAddr>, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        let address = client::network(client::address(request, &app.config.server.trusted_proxies));
        limit.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Problem::rate_limited(wait.as_secs() + 1)
        })
    }

    /// Forgets addresses that have been quiet, so that memory follows the traffic and not its history.
    pub fn evict_quiet(&self) {
        let all = [&self.begins, &self.returns, &self.posts, &self.tokens, &self.authorizations, &self.administrators];
        for limit in all.into_iter().chain([&self.logout_tokens]) {
            limit.retain_recent();
            limit.shrink_to_fit();
        }
    }
}
