//! The network of an address, by the length of its prefix.

use std::net::IpAddr;

use ipnet::IpNet;

/// The network of an address: of `v4` bits for IPv4, and of `v6` for IPv6. An IPv4-mapped address counts as IPv4. The address
/// itself if the length is too large.
pub fn network_of(address: IpAddr, v4: u8, v6: u8) -> IpNet {
    let address = address.to_canonical();
    let length = if address.is_ipv4() { v4 } else { v6 };
    IpNet::new(address, length).map_or(IpNet::from(address), |network| network.trunc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_network_has_the_bits_of_the_prefix() {
        let of = |text: &str, v4, v6| network_of(text.parse().expect("an address"), v4, v6).to_string();
        assert_eq!(of("192.0.2.77", 24, 48), "192.0.2.0/24");
        assert_eq!(of("::ffff:192.0.2.77", 24, 48), "192.0.2.0/24");
        assert_eq!(of("192.0.2.77", 32, 64), "192.0.2.77/32");
        assert_eq!(of("2001:db8:1:2:3::4", 24, 48), "2001:db8:1::/48");
        assert_eq!(of("2001:db8:1:2:3::4", 32, 64), "2001:db8:1:2::/64");
        assert_eq!(of("192.0.2.77", 99, 64), "192.0.2.77/32");
    }
}
