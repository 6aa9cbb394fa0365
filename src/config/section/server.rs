//! `[server]`: addresses of the gateway, listeners, and worker threads.

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::duration::DurationText;
use crate::config::value::public_url::{BadPublicUrl, PublicUrl};

/// The most worker threads that actix-server starts.
const MAX_WORKERS: usize = 512;

/// Public address, listeners, and worker threads.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawServer {
    /// the issuer; may have a path prefix; https, except on loopback
    public_url: String,
    /// address and port of the public listener
    listen: String,
    /// address and port of the listener for health, metrics and administration; must not be reachable from outside
    admin_listen: String,
    /// CIDRs of reverse proxies; the client address is the first from the right in X-Forwarded-For, or in Forwarded (RFC 7239) without it, that is not one of them
    trusted_proxies: Vec<String>,
    /// under https: ask browsers to use https for all subdomains of the host of `public_url` as well
    hsts_include_subdomains: bool,
    /// how long running requests may take to finish after SIGTERM
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1ms", "x-to" = "1h"))]
    shutdown_grace: Duration,
    /// HTTP worker threads; 0: one per core
    #[schemars(range(min = 0, max = MAX_WORKERS))]
    workers: u32,
}

/// The validated settings of the server.
pub struct Server {
    /// The issuer, and the base of every URL of the gateway.
    pub public_url: PublicUrl,
    /// The address of the public listener.
    pub listen: SocketAddr,
    /// The address of the listener for health, metrics and administration.
    pub admin_listen: SocketAddr,
    /// Networks of the reverse proxies whose `X-Forwarded-For` and `Forwarded` are trusted.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether `Strict-Transport-Security` includes the subdomains (RFC 6797 §6.1.2).
    pub hsts_include_subdomains: bool,
    /// How long running requests may take to finish after SIGTERM.
    pub shutdown_grace: Duration,
    /// HTTP worker threads, from 1 to 512.
    pub workers: usize,
}

pub(crate) fn validate(raw: &RawServer, validator: &mut Validator<'_>) -> Option<Server> {
    let public_url = public_url(&raw.public_url, validator);
    let listen = listener("server.listen", &raw.listen, validator);
    let admin_listen = listener("server.admin_listen", &raw.admin_listen, validator);
    if let (Some(listen), Some(admin_listen)) = (listen, admin_listen) {
        check_ports_differ(listen, admin_listen, validator);
    }
    let trusted_proxies: Vec<_> =
        raw.trusted_proxies.iter().enumerate().map(|(item, text)| network(item, text, validator)).collect();
    let workers = usize::try_from(raw.workers).ok().filter(|workers| *workers > 0);
    Some(Server {
        public_url: public_url?,
        listen: listen?,
        admin_listen: admin_listen?,
        trusted_proxies: trusted_proxies.into_iter().collect::<Option<_>>()?,
        hsts_include_subdomains: raw.hsts_include_subdomains,
        shutdown_grace: raw.shutdown_grace,
        workers: workers.unwrap_or_else(|| cores().min(MAX_WORKERS)),
    })
}

/// The number of threads that this machine runs in parallel.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn public_url(text: &str, validator: &mut Validator<'_>) -> Option<PublicUrl> {
    let remedy = match PublicUrl::parse(text) {
        Ok(url) => return Some(url),
        Err(BadPublicUrl::Malformed) => "write the address that browsers use, as \"https://login.example.com\"",
        Err(BadPublicUrl::UnexpectedPart) => "write scheme, host and at most a path, as \"https://login.example.com\"",
        Err(BadPublicUrl::Insecure) => "write https://; http is allowed for 127.0.0.1, [::1] and localhost only",
    };
    let bad = PublicUrl::parse(text).map_err(|bad| format!("{} {bad}", quoted(text)));
    validator.accept("server.public_url", bad, remedy)
}

fn listener(key: &str, text: &str, validator: &mut Validator<'_>) -> Option<SocketAddr> {
    let address = text.parse().map_err(|_| format!("{} is not an IP address with a port", quoted(text)));
    validator.accept(key, address, "write both, as \"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::]:8080\"")
}

/// The two listeners must have different ports on the same address. Port 0 means any free port.
fn check_ports_differ(listen: SocketAddr, admin_listen: SocketAddr, validator: &mut Validator<'_>) {
    let ips = (listen.ip(), admin_listen.ip());
    let same_ip = ips.0 == ips.1 || ips.0.is_unspecified() || ips.1.is_unspecified();
    if listen.port() != 0 && listen.port() == admin_listen.port() && same_ip {
        let (key, other) = if validator.is_given("server.admin_listen") {
            ("server.admin_listen", "server.listen")
        } else {
            ("server.listen", "server.admin_listen")
        };
        let what = format!("has the same port {} as {other}", listen.port());
        validator.reject(key, what, "give each listener its own port");
    }
}

fn network(item: usize, text: &str, validator: &mut Validator<'_>) -> Option<IpNet> {
    if let Ok(network) = text.parse() {
        return Some(network);
    }
    let remedy = match text.parse::<std::net::IpAddr>() {
        Ok(address) => format!("write \"{}\"", IpNet::from(address)),
        Err(_) => "write networks, as \"10.0.0.0/8\" or \"fd00::/8\"".to_owned(),
    };
    validator.reject_item("server.trusted_proxies", item, format!("{} is not a CIDR", quoted(text)), remedy);
    None
}
