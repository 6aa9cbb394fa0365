//! The addresses of a client.

use std::net::IpAddr;

use url::{Host, Url};

use super::choice::ClientType;
use super::raw::RawClient;
use crate::base::outbound;
use crate::config::layer::findings::{Findings, shown};
use crate::config::section::address;
use crate::config::value::redirect_uri::{OwnSchemes, RedirectUri};

/// Which private-use schemes the client's addresses may have. A confidential client runs on a server and has none.
pub(crate) fn own_schemes(key: &str, raw: &RawClient, at: &mut Findings<'_>) -> OwnSchemes {
    match (raw.r#type, raw.insecure_allow_dotless_schemes) {
        (ClientType::Public, true) => OwnSchemes::Dotless,
        (ClientType::Public, false) => OwnSchemes::Dotted,
        (ClientType::Confidential, allowed) => {
            if allowed {
                at.refuse(key, "is on, but the client is confidential", "take it out, or write type = \"public\"");
            }
            OwnSchemes::None
        }
    }
}

pub(crate) fn read_redirect_uris(
    key: &str,
    texts: &[String],
    schemes: OwnSchemes,
    at: &mut Findings<'_>,
) -> Option<Vec<RedirectUri>> {
    let read = |(item, text): (usize, &String)| {
        let remedy = "write the address out as browsers do, as \"https://app.example.com/callback\"; http is for \
                      127.0.0.1, [::1] and localhost only, and a scheme of its own, as \"com.example.app:/callback\", \
                      for public clients";
        let parsed = RedirectUri::parse(text, schemes).map_err(|bad| format!("{} {bad}", shown(text)));
        parsed.map_err(|what| at.refuse_item(key, item, what, remedy)).ok()
    };
    let read: Vec<_> = texts.iter().enumerate().map(read).collect();
    read.into_iter().collect()
}

/// It is told of logouts by ourselves, from inside our network, so it must not be a way to reach what lives there.
pub(crate) fn backchannel_logout_uri(key: &str, raw: &RawClient, at: &mut Findings<'_>) -> Option<Url> {
    let text = raw.backchannel_logout_uri.as_str();
    if text.is_empty() {
        return None;
    }
    let url = address::absolute(key, text, "https://app.example.com/backchannel-logout", at)?;
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        _ => None,
    };
    let private = address.is_some_and(|address| !outbound::is_public(address));
    let good = match url.scheme() {
        "https" => !private || raw.insecure_allow_private_logout_uri,
        "http" => raw.insecure_allow_private_logout_uri,
        _ => false,
    };
    if !good {
        let remedy = "write an https:// address that everybody can reach, or set insecure_allow_private_logout_uri = \
                      true if it is in a network of your own";
        at.refuse(key, format!("{} is not a public https address", shown(text)), remedy);
        return None;
    }
    Some(url)
}
