//! `[outbound]`: the proxy, the hosts that are reached without it, and those that metadata may name.

use std::borrow::Cow;

use url::Url;

use super::local::Local;
use crate::base::proxies::DirectHost;

/// The value of `outbound.proxy` that means the usual variables of the environment.
pub(crate) const ENVIRONMENT: &str = "env";

/// The source of the proxy of outgoing requests.
pub(crate) enum OutboundProxy {
    /// In `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
    Environment,
    /// Here, for both schemes.
    At(Url),
}

/// The text is not the URL of a proxy, or has credentials.
#[derive(Debug, thiserror::Error)]
#[error("is not the URL of a proxy")]
pub(crate) struct BadProxy;

impl Local for OutboundProxy {
    const NAME: &'static str = "outbound_proxy";
    const IS_QUOTED: bool = false;
    type Bad = BadProxy;

    fn read(text: &str) -> Result<Self, BadProxy> {
        if text == ENVIRONMENT {
            return Ok(Self::Environment);
        }
        let url = proxy_url(text).filter(|url| url.username().is_empty() && url.password().is_none());
        url.map(Self::At).ok_or(BadProxy)
    }

    fn remedy(_: &BadProxy) -> Cow<'static, str> {
        "write it as \"http://proxy.example.com:3128\"; one with credentials belongs into the variable HTTPS_PROXY, and \"env\" \
         here"
            .into()
    }
}

/// The URL of a proxy: scheme, host and port, perhaps with credentials.
pub(crate) fn proxy_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.fragment().is_none() && url.query().is_none() && matches!(url.path(), "" | "/");
    (matches!(url.scheme(), "http" | "https") && url.host().is_some() && is_bare).then_some(url)
}

/// The text is neither a host name, nor an address, nor a CIDR.
#[derive(Debug, thiserror::Error)]
#[error("is not a host")]
pub(crate) struct BadHost;

impl Local for DirectHost {
    const NAME: &'static str = "direct_host";
    type Bad = BadHost;

    fn read(text: &str) -> Result<Self, BadHost> {
        Self::parse(text).ok_or(BadHost)
    }

    fn remedy(_: &BadHost) -> Cow<'static, str> {
        "write a host name, an address or a CIDR, without a scheme and a port".into()
    }
}

/// A host that the metadata of a provider may name: `keys.example.com`, or `*.example.com` for the subdomains.
pub(crate) struct AllowedHost(pub(crate) String);

/// The text is not a host name.
#[derive(Debug, thiserror::Error)]
#[error("is not a host name")]
pub(crate) struct BadHostName;

impl Local for AllowedHost {
    const NAME: &'static str = "allowed_host";
    type Bad = BadHostName;

    fn read(text: &str) -> Result<Self, BadHostName> {
        let is_name = matches!(DirectHost::parse(text), Some(DirectHost::Domain(_))) && !text.starts_with('.');
        is_name.then(|| Self(text.to_owned())).ok_or(BadHostName)
    }

    fn remedy(_: &BadHostName) -> Cow<'static, str> {
        "write a host name, as \"keys.example.com\" or \"*.example.com\"".into()
    }
}
