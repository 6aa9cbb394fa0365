//! Redirect URIs and the back-channel logout URI of a client.

use std::net::IpAddr;

use url::{Host, Url};

use super::model::RawClient;
use crate::base::outbound;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::section::address;
use crate::config::value::redirect_uri::{PrivateUseSchemes, RedirectUri};

/// The private-use schemes that the redirect URIs may have. A confidential client may have them too: some apps have a
/// server and a phone app under one id.
pub(crate) fn private_use_schemes(raw: &RawClient) -> PrivateUseSchemes {
    if raw.insecure_allow_dotless_schemes { PrivateUseSchemes::Dotless } else { PrivateUseSchemes::Dotted }
}

pub(crate) fn read_redirect_uris(
    key: &str,
    texts: &[String],
    schemes: PrivateUseSchemes,
    validator: &mut Validator<'_>,
) -> Option<Vec<RedirectUri>> {
    let read = |(item, text): (usize, &String)| {
        let remedy = "write the whole URI as browsers do, as \"https://app.example.com/callback\"; http is allowed for \
                      127.0.0.1, [::1] and localhost only; a private-use scheme has a dot, as \
                      \"com.example.app:/callback\", unless insecure_allow_dotless_schemes is true";
        let parsed = RedirectUri::parse(text, schemes).map_err(|bad| format!("{} {bad}", quoted(text)));
        parsed.map_err(|what| validator.reject_item(key, item, what, remedy)).ok()
    };
    let read: Vec<_> = texts.iter().enumerate().map(read).collect();
    read.into_iter().collect()
}

/// The gateway itself sends requests to this URI, so it must not reach services inside the operator's network (SSRF).
pub(crate) fn backchannel_logout_uri(key: &str, raw: &RawClient, validator: &mut Validator<'_>) -> Option<Url> {
    let text = raw.backchannel_logout_uri.as_str();
    if text.is_empty() {
        return None;
    }
    let url = address::absolute(key, text, "https://app.example.com/backchannel-logout", validator)?;
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        _ => None,
    };
    let private = address.is_some_and(|address| !outbound::is_public(address));
    let good = match url.scheme() {
        "https" => !private || raw.client.insecure_allow_private_logout_uri,
        "http" => raw.client.insecure_allow_private_logout_uri,
        _ => false,
    };
    if !good {
        let remedy = "write an https:// address on the public internet, or set insecure_allow_private_logout_uri = true \
                      if it is in your own network";
        validator.reject(key, format!("{} is not a public https address", quoted(text)), remedy);
        return None;
    }
    Some(url)
}
