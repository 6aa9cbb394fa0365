//! `server.trusted_proxies`: networks in CIDR notation (RFC 4632).

use std::borrow::Cow;
use std::net::IpAddr;

use ipnet::IpNet;

use super::local::Local;

/// The text is not a CIDR; perhaps an address.
#[derive(Debug, thiserror::Error)]
#[error("is not a CIDR")]
pub(crate) struct BadNetwork(Option<IpAddr>);

impl Local for IpNet {
    const NAME: &'static str = "network";
    type Bad = BadNetwork;

    fn read(text: &str) -> Result<Self, BadNetwork> {
        text.parse().map_err(|_| BadNetwork(text.parse().ok()))
    }

    fn remedy(BadNetwork(address): &BadNetwork) -> Cow<'static, str> {
        match address {
            Some(address) => format!("write \"{}\"", Self::from(*address)).into(),
            None => "write networks, as \"10.0.0.0/8\" or \"fd00::/8\"".into(),
        }
    }
}
