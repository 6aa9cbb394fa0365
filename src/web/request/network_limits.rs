//! The limits on requests that anyone may send and that store a row: per address, and per network.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use actix_web::HttpRequest;

use super::client_address::{self, network, wide_network};
use super::limiter::Limiter;
use crate::app::App;
use crate::config::Limits;
use crate::web::answer::problem::Problem;

/// The maximum number of entries in `refused`.
const MAX_REFUSED: usize = 4096;

/// Limits per address and per network.
pub(super) struct NetworkLimits {
    per_address: Limiter<IpAddr>,
    per_network: Limiter<IpAddr>,
    /// For each network over its limit, the time at which its next request is allowed.
    refused: Mutex<HashMap<IpAddr, Instant>>,
}

impl NetworkLimits {
    /// The limits on logins that begin, divided by `divisor`.
    pub(super) fn on_logins(limits: &Limits, divisor: u32) -> Self {
        let network = limits.logins_per_minute_network / divisor;
        Self::new("limits.logins_per_minute", limits.logins_per_minute / divisor, network)
    }

    /// The limits on other requests that insert a row: `limits.tokens_per_minute` per address, and
    /// `limits.logins_per_minute_network` per network.
    pub(super) fn on_requests(limits: &Limits) -> Self {
        Self::new("limits.tokens_per_minute", limits.tokens_per_minute, limits.logins_per_minute_network)
    }

    fn new(key: &'static str, per_address: u32, per_network: u32) -> Self {
        Self {
            per_address: Limiter::new(key, per_address),
            per_network: Limiter::new("limits.logins_per_minute_network", per_network),
            refused: Mutex::default(),
        }
    }

    /// Counts a request by its client address.
    pub(super) fn count_address(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        self.count(client_address::address(request, &app.config.server.trusted_proxies))
    }

    /// Counts a request of that address.
    ///
    /// If the network is over its limit, the request is refused before its address is counted: otherwise the many
    /// addresses of an IPv6 /48 would fill the memory of `per_address`. Otherwise the address is counted first, so that
    /// a request which `per_address` refuses does not count for its network.
    fn count(&self, address: IpAddr) -> Result<(), Problem> {
        let (wide, now) = (wide_network(address), self.per_network.now());
        let refused_until = self.refused().get(&wide).copied();
        if let Some(until) = refused_until.filter(|until| *until > now) {
            return Err(self.per_network.refusal(until));
        }
        self.per_address.count(&network(address))?;
        self.per_network.check(&wide).map_err(|until| {
            self.remember(wide, until);
            self.per_network.refusal(until)
        })
    }

    fn remember(&self, network: IpAddr, until: Instant) {
        let mut refused = self.refused();
        if refused.len() < MAX_REFUSED || refused.contains_key(&network) {
            refused.insert(network, until);
        }
    }

    /// Evicts expired refusals, and the addresses and networks without recent requests.
    pub(super) fn evict_idle(&self) {
        let now = self.per_network.now();
        self.refused().retain(|_, until| *until > now);
        self.per_address.evict_idle();
        self.per_network.evict_idle();
    }

    fn refused(&self) -> MutexGuard<'_, HashMap<IpAddr, Instant>> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv6Addr;

    use super::*;

    /// IN-12: the addresses of a network that is over its limit take no memory.
    #[test]
    fn addresses_of_a_refused_network_get_no_state() {
        let limits = NetworkLimits::new("address", 2, 5);
        let address = |site: u128, number: u128| {
            IpAddr::V6(Ipv6Addr::from_bits(0x2001_0db8 << 96 | site << 80 | number << 64 | 1))
        };
        let good = (0..1000).filter(|number| limits.count(address(1, *number)).is_ok()).count();
        assert!((5..8).contains(&good), "{good}");
        let states = limits.per_address.len();
        assert!(states < 20, "{states}");
        assert!(limits.count(address(2, 1)).is_ok(), "another network");
        limits.evict_idle();
        assert!(limits.refused().len() <= 1);
    }
}
