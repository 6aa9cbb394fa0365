//! Redirect URIs of clients. They are compared as text, byte for byte (RFC 9700 §4.1.3).

use std::net::IpAddr;

use url::{Host, Url};

/// A registered redirect URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

/// The private-use URI schemes (RFC 8252 §7.1) that a redirect URI may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateUseSchemes {
    /// Schemes with a dot, which start with a reversed domain name: `com.example.app`.
    Dotted,
    /// Also schemes without a dot: `myapp`.
    Dotless,
}

/// Schemes that browsers or operating systems handle, so they are not private-use schemes.
const RESERVED_SCHEMES: [&str; 24] = [
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "ftps",
    "geo",
    "intent",
    "jar",
    "javascript",
    "livescript",
    "mailto",
    "mocha",
    "resource",
    "sms",
    "ssh",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Why a text is not a valid redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRedirectUri {
    /// Not an absolute URI, or one that browsers normalize to another text.
    #[error("is not an absolute URI as browsers write it")]
    Malformed,
    /// A wildcard: each URI must be written in full.
    #[error("has a wildcard")]
    Wildcard,
    /// A fragment, or credentials.
    #[error("has a fragment, a user or a password")]
    UnexpectedPart,
    /// `http` to another host than loopback.
    #[error("is http, but not loopback")]
    Insecure,
    /// Not a private-use scheme: it has no dot (unless that is allowed), or is handled by browsers
    /// (RFC 8252 §7.1).
    #[error("has a scheme that is neither https nor an allowed private-use scheme")]
    Scheme,
}

impl PrivateUseSchemes {
    fn allow(self, scheme: &str) -> bool {
        match self {
            Self::Dotted => scheme.contains('.'),
            Self::Dotless => !RESERVED_SCHEMES.contains(&scheme),
        }
    }
}

impl RedirectUri {
    /// Parses a redirect URI, as it is registered.
    pub fn parse(text: &str, schemes: PrivateUseSchemes) -> Result<Self, BadRedirectUri> {
        let url = Url::parse(text).map_err(|_| BadRedirectUri::Malformed)?;
        if text.contains('*') {
            return Err(BadRedirectUri::Wildcard);
        }
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(BadRedirectUri::UnexpectedPart);
        }
        match url.scheme() {
            "https" | "http" => {
                let rest = url.as_str().strip_prefix(text);
                // It is compared byte for byte, so it must be in the form that browsers send.
                if rest != Some("") && rest != Some("/") {
                    return Err(BadRedirectUri::Malformed);
                }
                if url.scheme() == "http" && !may_use_http(&url) {
                    return Err(BadRedirectUri::Insecure);
                }
            }
            scheme if schemes.allow(scheme) && text.bytes().all(|byte| byte.is_ascii_graphic()) => {}
            _ => return Err(BadRedirectUri::Scheme),
        }
        Ok(Self(text.to_owned()))
    }

    /// The registered text, byte for byte.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `sent` is this URI, byte for byte.
    pub fn matches(&self, sent: &str) -> bool {
        self.0 == sent
    }

    /// Whether `sent` is this URI except for the port, and both are `http` on the same of 127.0.0.1, `[::1]` and
    /// localhost: a native app listens on any free port (RFC 8252 §7.3). `localhost` is accepted as well, although §8.3
    /// advises against it: many app libraries use it.
    pub fn matches_except_port(&self, sent: &str) -> bool {
        let without_port = |text: &str| {
            let rest = text.strip_prefix("http://")?;
            let (host, rest) =
                ["127.0.0.1", "[::1]", "localhost"].iter().find_map(|host| Some((*host, rest.strip_prefix(host)?)))?;
            let path = match rest.strip_prefix(':') {
                None => rest,
                Some(rest) => {
                    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
                    let (port, path) = rest.split_at_checked(digits)?;
                    port.parse::<u16>().ok().filter(|port| *port != 0)?;
                    path
                }
            };
            (path.is_empty() || path.starts_with(['/', '?'])).then(|| (host, path.to_owned()))
        };
        let registered = without_port(&self.0);
        registered.is_some() && registered == without_port(sent)
    }

    /// The origin of an http or https URI; `None` for a private-use scheme.
    pub fn origin(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok()?;
        matches!(url.scheme(), "https" | "http").then(|| url.origin().ascii_serialization())
    }

    /// Whether it has a private-use scheme. Any app on the device can register the same scheme (RFC 8252 §8.6).
    pub fn has_private_use_scheme(&self) -> bool {
        !self.0.starts_with("https://") && !self.0.starts_with("http://")
    }

    /// Whether it is on the user's own device. Any program there can listen on the port (RFC 8252 §8.6).
    pub fn is_on_own_device(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| reaches_own_device(&url))
    }
}

/// Appends parameters to the query of a URI, and keeps those that it has (RFC 6749 §3.1.2).
pub fn with_query(address: &str, query: &str) -> String {
    let join = if address.contains('?') { '&' } else { '?' };
    format!("{address}{join}{query}")
}

/// Whether `http` is allowed for this host. Stricter than `public_url::is_loopback`: some resolvers send names below
/// `localhost` to DNS, and a code would be sent to the host that they return.
fn may_use_http(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Wider than [`may_use_http`]: all names and addresses by which a browser can reach a program on its own device.
fn reaches_own_device(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(name);
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
        Some(Host::Ipv6(address)) => match address.to_canonical() {
            IpAddr::V4(address) => address.is_loopback() || address.is_unspecified(),
            IpAddr::V6(address) => address.is_loopback() || address.is_unspecified(),
        },
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejection(text: &str, schemes: PrivateUseSchemes) -> BadRedirectUri {
        RedirectUri::parse(text, schemes).expect_err(text)
    }

    /// AZ-08, AZ-09
    #[test]
    fn unsafe_redirect_uris_are_rejected() {
        for good in ["https://a.example/cb", "https://a.example", "https://a.example/cb?x=1", "http://127.0.0.1/cb"] {
            assert!(RedirectUri::parse(good, PrivateUseSchemes::Dotted).is_ok(), "{good}");
        }
        for good in
            ["http://[::1]:8080/cb", "http://localhost:3000/cb", "com.example.app:/cb", "app.immich:///oauth-callback"]
        {
            assert!(RedirectUri::parse(good, PrivateUseSchemes::Dotted).is_ok(), "{good}");
        }
        for no_dot in ["myapp:/cb", "oc://android.owncloud.com", "cursor://anysphere.cursor-mcp/oauth/callback"] {
            assert_eq!(rejection(no_dot, PrivateUseSchemes::Dotted), BadRedirectUri::Scheme, "{no_dot}");
        }
        for scheme in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "intent://x", "vbscript:x"] {
            assert_eq!(rejection(scheme, PrivateUseSchemes::Dotted), BadRedirectUri::Scheme, "{scheme}");
        }
        for insecure in ["http://a.example/cb", "http://192.168.0.1/cb", "http://localhost.example/cb"] {
            assert_eq!(rejection(insecure, PrivateUseSchemes::Dotted), BadRedirectUri::Insecure, "{insecure}");
        }
        assert_eq!(rejection("https://*.example/cb", PrivateUseSchemes::Dotted), BadRedirectUri::Wildcard);
        for surplus in ["https://a.example/cb#f", "https://me@a.example/cb", "https://me:x@a.example/"] {
            assert_eq!(rejection(surplus, PrivateUseSchemes::Dotted), BadRedirectUri::UnexpectedPart, "{surplus}");
        }
        for shape in
            ["", "/cb", "a.example/cb", "https://A.example/cb", "https://a.example:443/cb", "https:a.example/cb"]
        {
            assert_eq!(rejection(shape, PrivateUseSchemes::Dotted), BadRedirectUri::Malformed, "{shape}");
        }
        for shape in
            ["https://a.example/x/../cb", "https://a.example\\cb", " https://a.example/cb", "https://ä.example/"]
        {
            assert_eq!(rejection(shape, PrivateUseSchemes::Dotted), BadRedirectUri::Malformed, "{shape}");
        }
    }

    /// AZ-02, AZ-03
    #[test]
    fn redirect_uris_are_compared_byte_for_byte() {
        let registered = RedirectUri::parse("https://a.example/cb", PrivateUseSchemes::Dotted).expect("valid");
        assert!(registered.matches("https://a.example/cb"));
        for other in [
            "https://a.example/cb?x=1",
            "https://a.example/cb/",
            "https://A.example/cb",
            "https://a.example:443/cb",
            "https://a.example/cb#f",
            "https://a.example/%63b",
            "https://a.example/cb/../cb",
            "",
        ] {
            assert!(!registered.matches(other) && !registered.matches_except_port(other), "{other}");
        }
    }

    /// AZ-06
    #[test]
    fn a_native_app_may_use_any_loopback_port() {
        let registered = RedirectUri::parse("http://127.0.0.1/cb", PrivateUseSchemes::Dotted).expect("valid");
        for same in ["http://127.0.0.1:51004/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1/cb"] {
            assert!(registered.matches_except_port(same), "{same}");
        }
        for other in [
            "http://127.0.0.1:51004/other",
            "http://localhost:51004/cb",
            "https://127.0.0.1:51004/cb",
            "http://127.0.0.1:51004@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:+80/cb",
            "http://[::1]:80/cb",
            "http://127.0.0.1:80/cb?x",
        ] {
            assert!(!registered.matches_except_port(other), "{other}");
        }
        let v6 = RedirectUri::parse("http://[::1]:1/cb", PrivateUseSchemes::Dotted).expect("valid");
        assert!(v6.matches_except_port("http://[::1]:2/cb"));
        let localhost = RedirectUri::parse("http://localhost:3000/cb", PrivateUseSchemes::Dotted).expect("valid");
        assert!(localhost.matches_except_port("http://localhost:3001/cb"));
        for other in ["http://localhost.evil.example:3000/cb", "http://localhost.:3000/cb", "http://LOCALHOST:3000/cb"]
        {
            assert!(!localhost.matches_except_port(other), "{other}");
        }
    }

    /// AZ-09
    #[test]
    fn a_dotless_scheme_must_not_be_reserved() {
        for good in [
            "myapp:/cb",
            "myapp://cb",
            "com.example.app:/cb",
            "oc://android.owncloud.com",
            "audiobookshelf://oauth",
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "homeassistant://auth-callback",
            "bitwarden://sso-callback",
        ] {
            assert!(RedirectUri::parse(good, PrivateUseSchemes::Dotless).is_ok(), "{good}");
        }
        assert_eq!(rejection("myapp:/cb", PrivateUseSchemes::Dotted), BadRedirectUri::Scheme);
        for taken in [
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "intent://x",
            "vbscript:x",
            "blob:x",
            "about:blank",
            "view-source:x",
            "mailto:a@b.example",
        ] {
            assert_eq!(rejection(taken, PrivateUseSchemes::Dotless), BadRedirectUri::Scheme, "{taken}");
        }
    }

    /// AZ-08
    #[test]
    fn all_addresses_of_the_own_device_are_loopback() {
        let parse = |text: &str| RedirectUri::parse(text, PrivateUseSchemes::Dotted).expect(text);
        for own_device in [
            "http://127.0.0.1/cb",
            "http://127.0.0.2:8080/cb",
            "http://[::1]:1/cb",
            "http://localhost:3000/cb",
            "https://localhost/cb",
            "https://app.localhost/cb",
            "https://localhost./cb",
            "https://127.0.0.1/cb",
            "https://[::ffff:7f00:1]/cb",
            "https://0.0.0.0/cb",
            "https://[::]/cb",
        ] {
            assert!(parse(own_device).is_on_own_device(), "{own_device}");
        }
        for elsewhere in [
            "https://a.example/cb",
            "https://localhost.example/cb",
            "https://notlocalhost/cb",
            "https://192.168.0.1/cb",
        ] {
            assert!(!parse(elsewhere).is_on_own_device(), "{elsewhere}");
        }
    }
}
