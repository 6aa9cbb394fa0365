//! `[server]`: addresses of the gateway, listeners, and worker threads.

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use crate::config::layer::validator::Validator;
use crate::config::value::duration::DurationText;
use crate::config::value::local::{Parsed, ParsedList};
use crate::config::value::public_url::PublicUrl;

/// The most worker threads that actix-server starts.
const MAX_WORKERS: u32 = 512;

/// Public address, listeners, and worker threads.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// the issuer; may have a path prefix; https, except on loopback
    pub public_url: PublicUrl,
    /// address and port of the public listener
    #[serde(with = "Parsed::<SocketAddr>")]
    pub listen: SocketAddr,
    /// address and port of the listener for health, metrics and administration; must not be reachable from outside
    #[serde(with = "Parsed::<SocketAddr>")]
    pub admin_listen: SocketAddr,
    /// CIDRs of reverse proxies; the client address is the first from the right in X-Forwarded-For, or in Forwarded (RFC 7239) without it, that is not one of them
    #[serde(with = "ParsedList::<IpNet>")]
    pub trusted_proxies: Vec<IpNet>,
    /// under https: ask browsers to use https for all subdomains of the host of `public_url` as well
    pub hsts_include_subdomains: bool,
    /// how long running requests may take to finish after SIGTERM
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1ms", "x-to" = "1h"))]
    pub shutdown_grace: Duration,
    /// HTTP worker threads; 0: one per core
    #[serde(deserialize_with = "workers")]
    #[schemars(with = "u32", range(min = 0, max = MAX_WORKERS))]
    pub workers: usize,
}

/// Reads the number of worker threads: from 1 to 512.
fn workers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let written = u32::deserialize(deserializer)?;
    let workers = if written == 0 { cores().min(MAX_WORKERS) } else { written };
    Ok(usize::try_from(workers).unwrap_or(usize::MAX))
}

/// The number of threads that this machine runs in parallel.
pub(crate) fn cores() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(cores).unwrap_or(u32::MAX)
}

/// The two listeners must have different ports on the same address. Port 0 means any free port.
pub(crate) fn validate(server: &Server, validator: &mut Validator<'_>) {
    const KEYS: [&str; 2] = ["server.listen", "server.admin_listen"];
    let (listen, admin_listen) = (server.listen, server.admin_listen);
    let ips = (listen.ip(), admin_listen.ip());
    let same_ip = ips.0 == ips.1 || ips.0.is_unspecified() || ips.1.is_unspecified();
    let is_clash = listen.port() != 0 && listen.port() == admin_listen.port() && same_ip;
    if is_clash && !KEYS.iter().any(|key| validator.is_wrong(key)) {
        let [public, admin] = KEYS;
        let (key, other) = if validator.is_given(admin) { (admin, public) } else { (public, admin) };
        let what = format!("has the same port {} as {other}", listen.port());
        validator.reject(key, what, "give each listener its own port");
    }
}
