//! Rate limits per client address, in memory. Each replica counts separately.

use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::client_address;
use crate::app::App;
use crate::web::answer::problem::Problem;

/// The rate limiters. A login consists of an authorization request and a response, which are counted separately.
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
    /// Creates the rate limiters from the section `[limits]`.
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

    /// Counts the beginning of a login (`limits.logins_per_minute`).
    pub fn begin(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.begins, app, request)
    }

    /// Counts an authorization response (`limits.logins_per_minute`).
    pub fn come_back(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.returns, app, request)
    }

    /// Counts an authorization response by form post. The `GET` that follows it counts in `come_back`.
    pub fn post_back(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.posts, app, request)
    }

    /// Counts a request for a token (`limits.tokens_per_minute`).
    pub fn token(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.tokens, app, request)
    }

    /// Counts an authorization request of an app (`limits.tokens_per_minute`). Most are answered without a login, so
    /// the limit is that of tokens.
    pub fn authorize(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.authorizations, app, request)
    }

    /// Counts a wrong `admin.token`. The limiter is separate, so that token requests from the same address are
    /// unaffected.
    pub fn not_administrator(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.administrators, app, request)
    }

    /// Counts an invalid logout token. Valid logout tokens are not limited.
    pub fn bad_logout_token(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(&self.logout_tokens, app, request)
    }

    fn count(&self, limit: &DefaultKeyedRateLimiter<IpAddr>, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        let address = client_address::network(client_address::address(request, &app.config.server.trusted_proxies));
        limit.check_key(&address).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Problem::rate_limited(wait.as_secs() + 1)
        })
    }

    /// Removes addresses without recent requests, so that memory depends on the current traffic only.
    pub fn evict_quiet(&self) {
        let all = [&self.begins, &self.returns, &self.posts, &self.tokens, &self.authorizations, &self.administrators];
        for limit in all.into_iter().chain([&self.logout_tokens]) {
            limit.retain_recent();
            limit.shrink_to_fit();
        }
    }
}
