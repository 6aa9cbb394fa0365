//! What a request says about who sent it, believed only as far as it can be.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use actix_web::http::header;
use ipnet::IpNet;
use tracing_actix_web::RequestId;

/// The longest `User-Agent` and `Origin` that are kept.
const MAX_HEADER: usize = 512;

/// The client's address: the connection's, or, as long as that is a trusted proxy, the one that it names, counted from
/// the right. What stands further left was written by strangers (FW-06).
pub fn address(request: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let lines = request.headers().get_all(header::X_FORWARDED_FOR).filter_map(|line| line.to_str().ok());
    let named: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    walk(peer, &named, trusted)
}

fn walk(peer: IpAddr, named: &[&str], trusted: &[IpNet]) -> IpAddr {
    let mut address = peer;
    for name in named.iter().rev() {
        if !trusted.iter().any(|net| net.contains(&address)) {
            break;
        }
        let Some(next) = parse(name) else { break };
        address = next;
    }
    address
}

/// An address, also with a port, as proxies write it.
fn parse(text: &str) -> Option<IpAddr> {
    let plain = text.parse().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    plain.or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

/// What limits are counted by: an IPv6 customer has a whole /64.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

/// A header's text, bounded; `None` where it is missing, empty, not text or sent twice.
pub fn header_text(request: &HttpRequest, name: header::HeaderName) -> Option<String> {
    let mut values = request.headers().get_all(name);
    let value = values.next()?.to_str().ok()?;
    (values.next().is_none() && !value.is_empty()).then(|| value.chars().take(MAX_HEADER).collect())
}

/// Whether the sender has the document of that entity tag already (RFC 9110 §13.1.2). The comparison is the weak one:
/// a proxy that compresses writes `W/` in front of the tag.
pub fn has_already(request: &HttpRequest, etag: &str) -> bool {
    let known = header_text(request, header::IF_NONE_MATCH);
    let same = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag;
    known.is_some_and(|tags| tags.split(',').any(|tag| same(tag.trim())))
}

/// Whether the sender can read problems only: it names a JSON type, and no page.
pub fn wants_json_only(request: &HttpRequest) -> bool {
    let accept = header_text(request, header::ACCEPT).unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}

/// Whether the sender asks for pages, as browsers do when they navigate.
pub fn wants_page(request: &HttpRequest) -> bool {
    header_text(request, header::ACCEPT).unwrap_or_default().contains("text/html")
}

/// The id under which the log shows this request.
pub fn request_id(request: &HttpRequest) -> String {
    use actix_web::HttpMessage;
    request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, named: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().expect("a network")).collect();
        walk(peer.parse().expect("an address"), named, &trusted).to_string()
    }

    /// FW-06, RE-10
    #[test]
    fn only_trusted_proxies_are_believed_from_the_right() {
        assert_eq!(from("1.1.1.1", &["9.9.9.9"], &[]), "1.1.1.1");
        assert_eq!(from("10.0.0.1", &["9.9.9.9"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(from("10.0.0.1", &["6.6.6.6", "9.9.9.9"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(from("10.0.0.1", &["6.6.6.6", "9.9.9.9", "10.0.0.2"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(from("10.0.0.1", &["junk"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &["9.9.9.9:80"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(from("10.0.0.1", &["[2001:db8::1]:80"], &["10.0.0.0/8"]), "2001:db8::1");
        assert_eq!(from("10.0.0.1", &["::ffff:9.9.9.9"], &["10.0.0.0/8"]), "9.9.9.9");
    }

    #[test]
    fn limits_count_an_ipv6_network_as_one() {
        let of = |text: &str| network(text.parse().expect("an address")).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("9.9.9.9"), "9.9.9.9");
    }
}
