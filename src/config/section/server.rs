//! `[server]`

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::findings::{Findings, shown};
use crate::config::value::duration::DURATION;
use crate::config::value::public_url::{BadPublicUrl, PublicUrl};

/// Where the gateway listens and what it is called from outside.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawServer {
    /// the issuer; may carry a path prefix; https except on loopback
    public_url: String,
    /// the public listener
    listen: String,
    /// the listener for health and metrics; never to be reached from outside
    admin_listen: String,
    /// CIDRs; the client address is counted from the right of X-Forwarded-For through these only
    trusted_proxies: Vec<String>,
    /// how long running requests may take after SIGTERM
    #[schemars(regex(pattern = DURATION))]
    shutdown_grace: String,
    /// 0: one per core
    #[schemars(range(min = 0, max = 1024))]
    workers: u32,
}

/// `[server]`: where the gateway listens and what it is called from outside.
pub struct Server {
    /// The issuer, and the base of every link.
    pub public_url: PublicUrl,
    /// The public listener.
    pub listen: SocketAddr,
    /// The listener for health, metrics and administration.
    pub admin_listen: SocketAddr,
    /// Who may speak of other addresses in `X-Forwarded-For`.
    pub trusted_proxies: Vec<IpNet>,
    /// How long running requests may take after SIGTERM.
    pub shutdown_grace: Duration,
    /// HTTP worker threads, at least 1.
    pub workers: usize,
}

pub(crate) fn server(raw: &RawServer, at: &mut Findings<'_>) -> Option<Server> {
    let public_url = public_url(&raw.public_url, at);
    let listen = listener("server.listen", &raw.listen, at);
    let admin_listen = listener("server.admin_listen", &raw.admin_listen, at);
    if let (Some(listen), Some(admin_listen)) = (listen, admin_listen) {
        apart(listen, admin_listen, at);
    }
    let trusted_proxies: Vec<_> =
        raw.trusted_proxies.iter().enumerate().map(|(item, text)| network(item, text, at)).collect();
    let shutdown_grace = at.duration("server.shutdown_grace", &raw.shutdown_grace, "1ms", "1h");
    let workers = usize::try_from(raw.workers).ok().filter(|workers| *workers > 0);
    Some(Server {
        public_url: public_url?,
        listen: listen?,
        admin_listen: admin_listen?,
        trusted_proxies: trusted_proxies.into_iter().collect::<Option<_>>()?,
        shutdown_grace: shutdown_grace?,
        workers: workers.unwrap_or_else(cores),
    })
}

/// How many threads this machine runs at once.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

fn public_url(text: &str, at: &mut Findings<'_>) -> Option<PublicUrl> {
    let remedy = match PublicUrl::parse(text) {
        Ok(url) => return Some(url),
        Err(BadPublicUrl::Shape) => "write the address that browsers use, as \"https://login.example.com\"",
        Err(BadPublicUrl::Surplus) => "write scheme, host and at most a path, as \"https://login.example.com\"",
        Err(BadPublicUrl::Insecure) => "write https://; http is for 127.0.0.1, [::1] and localhost only",
    };
    let bad = PublicUrl::parse(text).map_err(|bad| format!("{} {bad}", shown(text)));
    at.accept("server.public_url", bad, remedy)
}

fn listener(key: &str, text: &str, at: &mut Findings<'_>) -> Option<SocketAddr> {
    let address = text.parse().map_err(|_| format!("{} is not an IP address with a port", shown(text)));
    at.accept(key, address, "write both, as \"127.0.0.1:8080\", \"0.0.0.0:8080\" or \"[::]:8080\"")
}

/// Two listeners cannot share a port of one address. Port 0 is a free one each time.
fn apart(listen: SocketAddr, admin_listen: SocketAddr, at: &mut Findings<'_>) {
    let ips = (listen.ip(), admin_listen.ip());
    let same_ip = ips.0 == ips.1 || ips.0.is_unspecified() || ips.1.is_unspecified();
    if listen.port() != 0 && listen.port() == admin_listen.port() && same_ip {
        let (key, other) = if at.is_given("server.admin_listen") {
            ("server.admin_listen", "server.listen")
        } else {
            ("server.listen", "server.admin_listen")
        };
        let what = format!("has the port {} of {other} too", listen.port());
        at.refuse(key, what, "give each listener a port of its own");
    }
}

fn network(item: usize, text: &str, at: &mut Findings<'_>) -> Option<IpNet> {
    if let Ok(network) = text.parse() {
        return Some(network);
    }
    let remedy = match text.parse::<std::net::IpAddr>() {
        Ok(address) => format!("write \"{}\"", IpNet::from(address)),
        Err(_) => "write networks, as \"10.0.0.0/8\" or \"fd00::/8\"".to_owned(),
    };
    at.refuse_item("server.trusted_proxies", item, format!("{} is not a CIDR", shown(text)), remedy);
    None
}
