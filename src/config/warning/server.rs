//! The listeners, and the proxies before them.

use ipnet::IpNet;

use super::collect::Warner;
use crate::config::configuration::Config;

pub(super) fn warn(config: &Config, warner: &mut Warner<'_>) {
    proxies(config, warner);
    let server = &config.server;
    if !server.public_url.is_https() && !server.listen.ip().to_canonical().is_loopback() {
        let key = if warner.effective.is_given("server.listen") { "server.listen" } else { "server.public_url" };
        let what = format!("lets other machines connect ({}), while server.public_url is http", server.listen);
        let remedy =
            "write an https address in server.public_url and put a proxy with TLS in front, or listen on 127.0.0.1";
        warner.warn(key, what, remedy);
    }
}

fn proxies(config: &Config, warner: &mut Warner<'_>) {
    let (key, trusted) = ("server.trusted_proxies", &config.server.trusted_proxies);
    if trusted.is_empty() && config.server.public_url.is_https() {
        let what = "is empty, although a proxy ends the TLS of server.public_url: the rate limits then count all users as \
                    one client address, the address of the proxy";
        warner.warn(key, what, "write the networks of the proxy, as [\"10.0.0.0/8\"]");
    }
    if let Some(wide) = IpNet::aggregate(trusted).into_iter().find(is_public) {
        let what =
            format!("contains {wide}, so that clients of the Internet can choose the address that limits and logs see");
        warner.warn(key, what, "write only the addresses of your own proxies");
    }
}

/// Whether a network is larger than any private one (RFC 1918, RFC 4193), and so has addresses of others. `::ffff:0:0/96` needs
/// no exception: addresses are compared in their IPv4 form.
fn is_public(network: &IpNet) -> bool {
    match network {
        IpNet::V4(network) => network.prefix_len() < 8,
        IpNet::V6(network) => network.prefix_len() < 7,
    }
}
