//! Decides which requests go through a proxy, and which hosts may be reached through it.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

/// The proxies of outgoing requests. Without any, every request is sent directly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies {
    /// The proxy for `http` URLs.
    pub http: Option<Url>,
    /// The proxy for `https` URLs, by the method `CONNECT`.
    pub https: Option<Url>,
    /// The hosts that are reached directly.
    pub direct: Vec<DirectHost>,
    /// Hosts that the metadata of a provider may name although they are not in the configuration. The addresses of a host cannot
    /// be checked if the proxy resolves its name.
    pub allowed: Vec<String>,
}

/// A host that is reached directly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DirectHost {
    /// Every host: an entry `*`.
    Any,
    /// A host name and its subdomains.
    Domain(String),
    /// A network of IP addresses, perhaps of one.
    Network(IpNet),
}

impl DirectHost {
    /// Parses `*`, a host name (`example.com` or `.example.com`, each with its subdomains), an IP address or a CIDR. `None` for
    /// any other text.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Any);
        }
        if let Ok(address) = text.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>() {
            return Some(Self::Network(address.into()));
        }
        if let Ok(network) = text.parse() {
            return Some(Self::Network(network));
        }
        let name = text.strip_prefix("*.").or(text.strip_prefix('.')).unwrap_or(text).to_ascii_lowercase();
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
        is_name.then_some(Self::Domain(name))
    }

    fn covers(&self, host: &Host<&str>) -> bool {
        match (self, host) {
            (Self::Any, _) => true,
            (Self::Domain(name), Host::Domain(host)) => is_below(host, name),
            (Self::Network(network), Host::Ipv4(address)) => network.contains(&IpAddr::V4(*address)),
            (Self::Network(network), Host::Ipv6(address)) => network.contains(&IpAddr::V6(*address)),
            _ => false,
        }
    }
}

impl Proxies {
    /// Whether there is any proxy.
    pub fn is_empty(&self) -> bool {
        self.http.is_none() && self.https.is_none()
    }

    /// Whether requests to this URL go through a proxy.
    pub fn cover(&self, url: &Url) -> bool {
        let proxy = if url.scheme() == "https" { &self.https } else { &self.http };
        proxy.is_some() && url.host().is_some_and(|host| !self.direct.iter().any(|direct| direct.covers(&host)))
    }

    /// Whether metadata may name this host if it is reached through the proxy.
    pub fn allow(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| is_listed(&self.allowed, host))
    }
}

/// Whether a host is in a list of names, where `*.` at the beginning stands for subdomains.
pub fn is_listed(names: &[String], host: &str) -> bool {
    names.iter().any(|listed| match listed.strip_prefix("*.") {
        Some(name) => host.len() > name.len() && is_below(host, &name.to_ascii_lowercase()),
        None => host.eq_ignore_ascii_case(listed),
    })
}

/// Whether a host is this name or a subdomain of it. URLs have their host in lower case.
fn is_below(host: &str, name: &str) -> bool {
    let host = host.trim_end_matches('.');
    host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    fn proxies(direct: &[&str], allowed: &[&str]) -> Proxies {
        Proxies {
            http: None,
            https: Some(url("http://proxy.example:3128")),
            direct: direct.iter().map(|text| DirectHost::parse(text).expect(text)).collect(),
            allowed: allowed.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn hosts_of_no_proxy_are_reached_directly() {
        let listed =
            ["intern.example", ".corp.example", "*.lab.example", "10.0.0.0/8", "::1", "localhost", "[fd00::1]"];
        let listed = proxies(&listed, &[]);
        for direct in [
            "https://intern.example/x",
            "https://sso.intern.example",
            "https://INTERN.example",
            "https://corp.example",
            "https://a.b.corp.example",
            "https://sso.lab.example",
            "https://10.1.2.3/",
            "https://[::1]:8443",
            "https://localhost:1",
            "https://[fd00::1]/",
            "https://intern.example./",
            "http://public.example",
        ] {
            assert!(!listed.cover(&url(direct)), "{direct}");
        }
        for covered in ["https://public.example", "https://notintern.example", "https://11.0.0.1", "https://[::2]"] {
            assert!(listed.cover(&url(covered)), "{covered}");
        }
        assert!(!proxies(&["*"], &[]).cover(&url("https://public.example")));
        assert!(!Proxies::default().cover(&url("https://public.example")) && Proxies::default().is_empty());
        for bad in ["", "https://a.example", "a b", "a/b", "10.0.0.0/99", "*.", "a.example:443"] {
            assert_eq!(DirectHost::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn metadata_may_name_listed_hosts_only() {
        let listed = proxies(&[], &["keys.example", "*.cdn.example"]);
        for allowed in
            ["https://keys.example/jwks", "https://KEYS.example", "https://a.cdn.example", "https://a.b.cdn.example"]
        {
            assert!(listed.allow(&url(allowed)), "{allowed}");
        }
        for other in ["https://a.keys.example", "https://cdn.example", "https://evilcdn.example", "https://10.0.0.1"] {
            assert!(!listed.allow(&url(other)), "{other}");
        }
    }
}
