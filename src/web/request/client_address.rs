//! The client's address, and its network for rate limits.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::HttpRequest;
use actix_web::http::header;
use ipnet::IpNet;

use super::forwarded_for::forwarded_for;
use crate::base::network::network_of;

/// The client's address. Starts at the peer of the connection and reads `X-Forwarded-For`, or without it `Forwarded`
/// (RFC 7239), from the right, as long as the current address is a trusted proxy. Entries further left are not trustworthy:
/// the client can set them (FW-06). A proxy that sets `Forwarded` has to remove `X-Forwarded-For`: where both are present,
/// `X-Forwarded-For` counts, also if they differ.
pub fn address(request: &HttpRequest, trusted: &[IpNet]) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let lines = |name| request.headers().get_all(name).filter_map(|line| line.to_str().ok());
    if request.headers().contains_key(header::X_FORWARDED_FOR) {
        let named: Vec<&str> = lines(header::X_FORWARDED_FOR).flat_map(|line| line.split(',')).map(str::trim).collect();
        return walk(peer, &named, trusted);
    }
    // Most requests have neither header.
    let named = forwarded_for(lines(header::FORWARDED));
    walk(peer, &named.iter().map(String::as_str).collect::<Vec<_>>(), trusted)
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

/// The peer of the connection, if it sends `X-Forwarded-For` or `Forwarded` and is not a trusted proxy, so that the
/// header has no effect.
pub fn untrusted_forwarder(request: &HttpRequest, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let is_trusted = trusted.iter().any(|net| net.contains(&peer));
    let forwards = [header::X_FORWARDED_FOR, header::FORWARDED].iter().any(|name| request.headers().contains_key(name));
    (forwards && !is_trusted).then_some(peer)
}

/// Parses an IP address. Some proxies add a port, or brackets around IPv6.
fn parse(text: &str) -> Option<IpAddr> {
    let plain = text.parse().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    plain.or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

/// The key of rate limits: the IPv4 address, or the IPv6 /64, since one customer usually has a whole /64.
pub fn network(address: IpAddr) -> IpAddr {
    network_of(address, 32, 64).addr()
}

/// The key of limits for a whole network: the IPv4 /24 or the IPv6 /48.
pub fn wide_network(address: IpAddr) -> IpAddr {
    network_of(address, 24, 48).addr()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, named: &[&str], trusted: &[&str]) -> String {
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().expect("a network")).collect();
        walk(peer.parse().expect("an address"), named, &trusted).to_string()
    }

    /// FW-06, RE-10: entries left of the first untrusted address have no effect.
    #[test]
    fn forwarded_addresses_are_read_from_the_right_through_trusted_proxies() {
        assert_eq!(from("1.1.1.1", &["9.9.9.9"], &[]), "1.1.1.1");
        assert_eq!(from("10.0.0.1", &["9.9.9.9"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(from("10.0.0.1", &["6.6.6.6", "9.9.9.9"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(from("10.0.0.1", &["6.6.6.6", "9.9.9.9", "10.0.0.2"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(from("10.0.0.1", &["junk"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &["9.9.9.9:80"], &["10.0.0.0/8"]), "9.9.9.9");
        assert_eq!(from("10.0.0.1", &["[2001:db8::1]:80"], &["10.0.0.0/8"]), "2001:db8::1");
        assert_eq!(from("10.0.0.1", &["::ffff:9.9.9.9"], &["10.0.0.0/8"]), "9.9.9.9");
    }

    /// FW-06: `Forwarded` counts if there is no `X-Forwarded-For`.
    #[test]
    fn forwarded_is_read_like_x_forwarded_for() {
        let of = |peer: &str, headers: &[(&str, &str)]| {
            let mut request =
                actix_web::test::TestRequest::default().peer_addr(format!("{peer}:1").parse().expect("a peer"));
            for header in headers {
                request = request.append_header(*header);
            }
            address(&request.to_http_request(), &["10.0.0.0/8".parse().expect("a network")]).to_string()
        };
        for (peer, headers, expected) in [
            ("10.0.0.1", vec![("forwarded", "for=9.9.9.9")], "9.9.9.9"),
            ("10.0.0.1", vec![("forwarded", "for=\"[2001:db8::1]:80\";proto=https")], "2001:db8::1"),
            ("10.0.0.1", vec![("forwarded", "for=6.6.6.6, for=9.9.9.9, for=10.0.0.2")], "9.9.9.9"),
            ("10.0.0.1", vec![("forwarded", "for=6.6.6.6"), ("forwarded", "for=9.9.9.9")], "9.9.9.9"),
            ("10.0.0.1", vec![("forwarded", "for=6.6.6.6, for=unknown")], "10.0.0.1"),
            ("10.0.0.1", vec![("forwarded", "for=6.6.6.6, for=_gw")], "10.0.0.1"),
            ("10.0.0.1", vec![("forwarded", "for=6.6.6.6, proto=https")], "10.0.0.1"),
            ("10.0.0.1", vec![("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "9.9.9.9")], "9.9.9.9"),
            ("10.0.0.1", vec![("forwarded", "for=6.6.6.6"), ("x-forwarded-for", "")], "10.0.0.1"),
            ("192.0.2.1", vec![("forwarded", "for=6.6.6.6")], "192.0.2.1"),
        ] {
            assert_eq!(of(peer, &headers), expected, "{peer} {headers:?}");
        }
    }

    #[test]
    fn a_peer_that_forwards_without_being_trusted_is_named() {
        let of = |peer: &str, header: bool| {
            let request =
                actix_web::test::TestRequest::default().peer_addr(format!("{peer}:1").parse().expect("a peer"));
            let request = if header { request.insert_header(("x-forwarded-for", "9.9.9.9")) } else { request };
            let trusted = ["10.0.0.0/8".parse().expect("a network")];
            untrusted_forwarder(&request.to_http_request(), &trusted).map(|peer| peer.to_string())
        };
        assert_eq!(of("192.0.2.1", true).as_deref(), Some("192.0.2.1"));
        assert_eq!(of("[::ffff:10.0.0.1]", true), None, "a trusted proxy");
        assert_eq!(of("192.0.2.1", false), None);
    }

    #[test]
    fn rate_limits_count_an_ipv6_network_as_one_address() {
        let of = |text: &str| network(text.parse().expect("an address")).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("9.9.9.9"), "9.9.9.9");
    }
}
