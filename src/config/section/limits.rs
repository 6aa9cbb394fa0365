//! `[limits]`: limits for one client address or one client.

use schemars::JsonSchema;
use serde::Deserialize;

/// Limits for one client address or one client.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// logins begun per minute and client address; also the burst
    #[schemars(range(min = 1, max = 1_000_000))]
    pub logins_per_minute: u32,
    /// logins begun per minute and network, an IPv4 /24 or an IPv6 /48; also the burst
    #[schemars(range(min = 1, max = 10_000_000))]
    pub logins_per_minute_network: u32,
    /// token requests of public clients, and failed client authentications, per minute and client address; also the burst
    #[schemars(range(min = 1, max = 1_000_000))]
    pub tokens_per_minute: u32,
    /// wrong secrets for one client from one address before further wrong ones are 429 for 5m; twice as many: 30m; four times as many: 24h; the right one always passes
    #[schemars(range(min = 1, max = 1000))]
    pub failures_before_lockout: u32,
    /// token requests and pushed authorization requests of one authenticated confidential client per minute; also the burst
    #[schemars(range(min = 1, max = 10_000_000))]
    pub client_tokens_per_minute: u32,
    /// open connections of `server.listen`; 0: as many as descriptors and memory allow; at the limit those of the largest networks are closed for new ones
    #[schemars(range(min = 0, max = 1_000_000))]
    pub connections: u32,
    /// open connections of one client address or IPv6 /64, and four times as many of a /48, at most half of all; except loopback and trusted proxies; more are closed at accept
    #[schemars(range(min = 1, max = 1_000_000))]
    pub connections_per_address: u32,
    /// requests before a connection is closed, except those of trusted proxies
    #[schemars(range(min = 1, max = 1_000_000))]
    pub requests_per_connection: u32,
    /// logins that wait for their user; above half of it the two limits on logins are divided by ten, beyond it logins are 503 `overloaded`
    #[schemars(range(min = 100, max = 100_000_000))]
    pub pending_logins: u32,
    /// largest request body in bytes
    #[schemars(range(min = 1024, max = 16_777_216))]
    pub body_bytes: usize,
}
