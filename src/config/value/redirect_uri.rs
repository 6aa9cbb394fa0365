//! Where an app's answers may go: compared as text, never as what it means (RFC 9700 §4.1.3).

use std::net::IpAddr;

use url::{Host, Url};

/// A registered redirect URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

/// Which private-use URI schemes (RFC 8252 §7.1) an address may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnSchemes {
    /// None: the client is a site.
    None,
    /// Those with a dot, which begin with the reversed name of a domain: `com.example.app`.
    Dotted,
    /// Those without a dot too: `myapp`.
    Dotless,
}

/// Schemes that browsers or operating systems handle, so that they cannot be an app's own.
const TAKEN_SCHEMES: [&str; 24] = [
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

/// What is wrong with an address as a redirect URI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRedirectUri {
    /// Not an absolute URI, or one that browsers would read in another way than it is written.
    #[error("is not an absolute URI as browsers write it")]
    Shape,
    /// A wildcard: each address is written out.
    #[error("has a wildcard")]
    Wildcard,
    /// A fragment, or a user and a password.
    #[error("has a fragment, a user or a password")]
    Surplus,
    /// `http` to another machine.
    #[error("is http off loopback")]
    Insecure,
    /// A scheme that is no app's own: without a dot (unless that is allowed), one that browsers handle, or not for clients
    /// of this type (RFC 8252 §7.1).
    #[error("has a scheme that cannot be an app's own")]
    Scheme,
}

impl OwnSchemes {
    fn allow(self, scheme: &str) -> bool {
        match self {
            Self::None => false,
            Self::Dotted => scheme.contains('.'),
            Self::Dotless => !TAKEN_SCHEMES.contains(&scheme),
        }
    }
}

impl RedirectUri {
    /// Reads one as it is registered.
    pub fn parse(text: &str, schemes: OwnSchemes) -> Result<Self, BadRedirectUri> {
        let url = Url::parse(text).map_err(|_| BadRedirectUri::Shape)?;
        if text.contains('*') {
            return Err(BadRedirectUri::Wildcard);
        }
        if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(BadRedirectUri::Surplus);
        }
        match url.scheme() {
            "https" | "http" => {
                let rest = url.as_str().strip_prefix(text);
                // Requests are compared with it byte for byte, so it must be what a browser makes of it.
                if rest != Some("") && rest != Some("/") {
                    return Err(BadRedirectUri::Shape);
                }
                if url.scheme() == "http" && !is_loopback(&url) {
                    return Err(BadRedirectUri::Insecure);
                }
            }
            scheme if schemes.allow(scheme) && text.bytes().all(|byte| byte.is_ascii_graphic()) => {}
            _ => return Err(BadRedirectUri::Scheme),
        }
        Ok(Self(text.to_owned()))
    }

    /// As it is registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether that is this address, byte for byte.
    pub fn is(&self, sent: &str) -> bool {
        self.0 == sent
    }

    /// Whether that is this address but for the port, where both are an installed app's on a loopback address: such an
    /// app takes whatever port is free (RFC 8252 §7.3). `localhost` counts too, although §8.3 advises against it: many
    /// libraries of apps listen there.
    pub fn is_but_for_the_port(&self, sent: &str) -> bool {
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

    /// The origin whose scripts receive the answer, if it is a site's.
    pub fn origin(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok()?;
        matches!(url.scheme(), "https" | "http").then(|| url.origin().ascii_serialization())
    }

    /// Whether its scheme is a private-use one. Any program on a person's machine can register it (RFC 8252 §8.6).
    pub fn is_private_use(&self) -> bool {
        !self.0.starts_with("https://") && !self.0.starts_with("http://")
    }

    /// Whether it leads to the person's own machine. Any program there can listen on the port (RFC 8252 §8.6).
    pub fn is_loopback(&self) -> bool {
        Url::parse(&self.0).is_ok_and(|url| leads_home(&url))
    }
}

/// The address with more in its query; what stands there stays (RFC 6749 §3.1.2).
pub fn with_query(address: &str, query: &str) -> String {
    let join = if address.contains('?') { '&' } else { '?' };
    format!("{address}{join}{query}")
}

/// Narrower than where an operator names their own machine (`public_url::is_loopback`): not every resolver keeps
/// `*.localhost` at home, and a code would go with it.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Wider than [`is_loopback`]: each name and address by which a browser may reach a program on its own machine.
fn leads_home(url: &Url) -> bool {
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

    fn bad(text: &str, schemes: OwnSchemes) -> BadRedirectUri {
        RedirectUri::parse(text, schemes).expect_err(text)
    }

    /// AZ-08, AZ-09
    #[test]
    fn only_what_nobody_else_can_receive_is_registered() {
        for good in ["https://a.example/cb", "https://a.example", "https://a.example/cb?x=1", "http://127.0.0.1/cb"] {
            assert!(RedirectUri::parse(good, OwnSchemes::None).is_ok(), "{good}");
        }
        for good in ["http://[::1]:8080/cb", "http://localhost:3000/cb", "com.example.app:/cb", "com.example.app://cb"]
        {
            assert!(RedirectUri::parse(good, OwnSchemes::Dotted).is_ok(), "{good}");
        }
        assert_eq!(bad("com.example.app:/cb", OwnSchemes::None), BadRedirectUri::Scheme);
        for scheme in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "intent://x", "vbscript:x"] {
            assert_eq!(bad(scheme, OwnSchemes::Dotted), BadRedirectUri::Scheme, "{scheme}");
        }
        for insecure in ["http://a.example/cb", "http://192.168.0.1/cb", "http://localhost.example/cb"] {
            assert_eq!(bad(insecure, OwnSchemes::Dotted), BadRedirectUri::Insecure, "{insecure}");
        }
        assert_eq!(bad("https://*.example/cb", OwnSchemes::None), BadRedirectUri::Wildcard);
        for surplus in ["https://a.example/cb#f", "https://me@a.example/cb", "https://me:x@a.example/"] {
            assert_eq!(bad(surplus, OwnSchemes::None), BadRedirectUri::Surplus, "{surplus}");
        }
        for shape in
            ["", "/cb", "a.example/cb", "https://A.example/cb", "https://a.example:443/cb", "https:a.example/cb"]
        {
            assert_eq!(bad(shape, OwnSchemes::None), BadRedirectUri::Shape, "{shape}");
        }
        for shape in
            ["https://a.example/x/../cb", "https://a.example\\cb", " https://a.example/cb", "https://ä.example/"]
        {
            assert_eq!(bad(shape, OwnSchemes::None), BadRedirectUri::Shape, "{shape}");
        }
    }

    /// AZ-02, AZ-03
    #[test]
    fn an_address_is_compared_byte_for_byte() {
        let registered = RedirectUri::parse("https://a.example/cb", OwnSchemes::None).expect("good");
        assert!(registered.is("https://a.example/cb"));
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
            assert!(!registered.is(other) && !registered.is_but_for_the_port(other), "{other}");
        }
    }

    /// AZ-06
    #[test]
    fn an_installed_app_may_listen_on_any_port() {
        let registered = RedirectUri::parse("http://127.0.0.1/cb", OwnSchemes::Dotted).expect("good");
        for same in ["http://127.0.0.1:51004/cb", "http://127.0.0.1:1/cb", "http://127.0.0.1/cb"] {
            assert!(registered.is_but_for_the_port(same), "{same}");
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
            assert!(!registered.is_but_for_the_port(other), "{other}");
        }
        let v6 = RedirectUri::parse("http://[::1]:1/cb", OwnSchemes::Dotted).expect("good");
        assert!(v6.is_but_for_the_port("http://[::1]:2/cb"));
        let localhost = RedirectUri::parse("http://localhost:3000/cb", OwnSchemes::Dotted).expect("good");
        assert!(localhost.is_but_for_the_port("http://localhost:3001/cb"));
        for other in ["http://localhost.evil.example:3000/cb", "http://localhost.:3000/cb", "http://LOCALHOST:3000/cb"]
        {
            assert!(!localhost.is_but_for_the_port(other), "{other}");
        }
    }

    /// AZ-09
    #[test]
    fn a_dotless_scheme_is_none_that_browsers_handle() {
        for good in ["myapp:/cb", "myapp://cb", "com.example.app:/cb"] {
            assert!(RedirectUri::parse(good, OwnSchemes::Dotless).is_ok(), "{good}");
        }
        assert_eq!(bad("myapp:/cb", OwnSchemes::Dotted), BadRedirectUri::Scheme);
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
            assert_eq!(bad(taken, OwnSchemes::Dotless), BadRedirectUri::Scheme, "{taken}");
        }
    }

    /// AZ-08
    #[test]
    fn every_address_of_the_own_machine_is_loopback() {
        let parse = |text: &str| RedirectUri::parse(text, OwnSchemes::None).expect(text);
        for home in [
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
            assert!(parse(home).is_loopback(), "{home}");
        }
        for elsewhere in [
            "https://a.example/cb",
            "https://localhost.example/cb",
            "https://notlocalhost/cb",
            "https://192.168.0.1/cb",
        ] {
            assert!(!parse(elsewhere).is_loopback(), "{elsewhere}");
        }
    }
}
