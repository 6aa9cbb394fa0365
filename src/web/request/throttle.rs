//! Rate limits per client address, in memory. Each replica counts separately.

use std::net::IpAddr;
use std::num::NonZeroU32;

use actix_web::HttpRequest;
use governor::clock::{Clock, DefaultClock};
use governor::{Quota, RateLimiter};

use super::bounded_store::BoundedStore;
use super::client_address;
use crate::app::App;
use crate::web::answer::problem::Problem;

type Limiter = RateLimiter<IpAddr, BoundedStore, DefaultClock>;

/// The rate limiters. A login consists of an authorization request and a response, which are counted separately.
pub struct Throttles {
    logins: LoginLimits,
    /// A tenth of `logins`, while there are many pending logins.
    fewer_logins: LoginLimits,
    returns: Limiter,
    posts: Limiter,
    tokens: Limiter,
    authorizations: Limiter,
    administrators: Limiter,
    logout_tokens: Limiter,
    clock: DefaultClock,
}

/// The limits on logins that begin.
struct LoginLimits {
    per_address: Limiter,
    per_network: Limiter,
}

impl LoginLimits {
    fn new(limits: &crate::config::Limits, divisor: u32) -> Self {
        Self {
            per_address: per_minute(limits.logins_per_minute / divisor),
            per_network: per_minute(limits.logins_per_minute_network / divisor),
        }
    }
}

/// At least one a minute.
fn per_minute(number: u32) -> Limiter {
    let quota = Quota::per_minute(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN));
    RateLimiter::new(quota, BoundedStore::new(), DefaultClock::default())
}

impl Throttles {
    /// Creates the rate limiters from the section `[limits]`.
    pub fn new(limits: &crate::config::Limits) -> Self {
        Self {
            logins: LoginLimits::new(limits, 1),
            fewer_logins: LoginLimits::new(limits, 10),
            returns: per_minute(limits.logins_per_minute),
            posts: per_minute(limits.logins_per_minute),
            tokens: per_minute(limits.tokens_per_minute),
            authorizations: per_minute(limits.tokens_per_minute),
            administrators: per_minute(limits.tokens_per_minute),
            logout_tokens: per_minute(limits.tokens_per_minute),
            clock: DefaultClock::default(),
        }
    }

    /// Counts the beginning of a login (`limits.logins_per_minute` and `limits.logins_per_minute_network`). While there are
    /// many pending logins (`limits.pending_logins`), both limits are a tenth, and beyond that no login begins.
    pub fn begin(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        let (pending, most) = (app.pending_logins.get(), u64::from(app.config.limits.pending_logins));
        if pending >= most {
            return Err(Problem::too_many_logins());
        }
        let LoginLimits { per_address, per_network } =
            if pending > most / 2 { &self.fewer_logins } else { &self.logins };
        let address = client_address::address(request, &app.config.server.trusted_proxies);
        // The address first: what it refuses does not count for the other addresses of its network.
        self.check(per_address, client_address::network(address))?;
        self.check(per_network, client_address::wide_network(address))
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

    fn count(&self, limit: &Limiter, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        let address = client_address::address(request, &app.config.server.trusted_proxies);
        self.check(limit, client_address::network(address))
    }

    fn check(&self, limit: &Limiter, key: IpAddr) -> Result<(), Problem> {
        limit.check_key(&key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Problem::rate_limited(wait.as_secs() + 1)
        })
    }

    /// Removes addresses without recent requests, so that memory depends on the current traffic only.
    pub fn evict_quiet(&self) {
        let logins = [&self.logins, &self.fewer_logins].into_iter().flat_map(|of| [&of.per_address, &of.per_network]);
        let others = [&self.returns, &self.posts, &self.tokens, &self.authorizations, &self.administrators];
        for limit in logins.chain(others).chain([&self.logout_tokens]) {
            limit.retain_recent();
            limit.shrink_to_fit();
        }
    }
}
