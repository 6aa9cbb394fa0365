//! The host of a site behind a reverse proxy, and the patterns of hosts in `[[verify.rules]]`.

use url::Host;

use super::parts::{MAX_PARTS, Part, includes, matches};

/// The maximum length of a host name, in characters (RFC 1035 §2.3.4).
const MAX_NAME: usize = 253;

/// A host as it is compared: lower case, non-ASCII labels by IDNA, without a trailing dot and without the default port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteHost {
    name: String,
    is_ip: bool,
    port: Option<u16>,
}

impl SiteHost {
    /// Parses `host` or `host:port`. `default_port` is that of the scheme. `None` for text that is not a host, among
    /// them user information, paths, percent-encoding, empty labels and unusual spellings of IP addresses.
    pub fn parse(text: &str, default_port: u16) -> Option<Self> {
        let (host, port) = split_port(text)?;
        let host = host.strip_suffix('.').unwrap_or(host);
        // The URL library decodes percent-encoding, which no server does in a host.
        if host.is_empty() || host.contains(['%', '@', '/', '\\', '*']) {
            return None;
        }
        let (name, is_ip) = match Host::parse(host).ok()? {
            Host::Domain(name) => (name, false),
            // "0x7f.1" is an IP address for some programs, and a name for others.
            Host::Ipv4(ip) => (Some(ip.to_string()).filter(|canonical| canonical == host)?, true),
            // An IPv4-mapped address (RFC 4291 §2.5.5.2) is the address that it maps.
            Host::Ipv6(ip) => (ip.to_ipv4_mapped().map_or_else(|| format!("[{ip}]"), |ip| ip.to_string()), true),
        };
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if !is_ip && (name.len() > MAX_NAME || !name.split('.').all(is_label)) {
            return None;
        }
        Some(Self { name, is_ip, port: port.filter(|port| *port != default_port) })
    }

    /// The name, without the port. An IPv6 address is in brackets.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The port, unless it is the default one of the scheme.
    pub fn port(&self) -> Option<u16> {
        self.port
    }
}

impl std::fmt::Display for SiteHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

fn split_port(text: &str) -> Option<(&str, Option<u16>)> {
    let is_bare_ipv6 = |host: &str| host.contains(':') && !host.ends_with(']');
    match text.rsplit_once(':').filter(|_| !text.ends_with(']')) {
        None => Some((text, None)),
        Some((host, port)) => {
            let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port.parse().ok().filter(|port| is_number && *port > 0)?;
            (!is_bare_ipv6(host)).then_some((host, Some(port)))
        }
    }
}

/// A pattern of hosts: `*` stands for one label, `**` for one or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPattern {
    text: String,
    labels: Vec<Part>,
    /// Whether it is an IP address, which has no labels.
    is_ip: bool,
    port: Option<u16>,
}

/// Why a text is not a pattern of hosts.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadHostPattern {
    /// No host, or more than one.
    #[error("is not a host")]
    Malformed,
    /// `*` beside other characters of a label.
    #[error("has a label that is only partly a wildcard")]
    PartOfLabel,
}

impl HostPattern {
    /// Parses a pattern. `default_port` is that of the sites' scheme.
    pub fn parse(text: &str, default_port: u16) -> Result<Self, BadHostPattern> {
        let (host, _) = split_port(text).ok_or(BadHostPattern::Malformed)?;
        let labels: Vec<&str> = host.strip_suffix('.').unwrap_or(host).split('.').collect();
        if labels.iter().any(|label| label.contains('*') && !matches!(*label, "*" | "**")) {
            return Err(BadHostPattern::PartOfLabel);
        }
        // A letter in the place of each wildcard shows whether the rest is a host.
        let probe = SiteHost::parse(&text.replace("**", "w").replace('*', "w"), default_port);
        let probe = probe.filter(|_| labels.len() <= MAX_PARTS).ok_or(BadHostPattern::Malformed)?;
        let parts = if probe.is_ip { vec![Part::Text(probe.name.clone())] } else { parts(&labels, &probe.name) };
        Ok(Self { text: text.to_owned(), labels: parts, is_ip: probe.is_ip, port: probe.port })
    }

    /// Whether the host is one of the pattern.
    pub fn matches(&self, host: &SiteHost) -> bool {
        if self.port != host.port || self.is_ip != host.is_ip {
            return false;
        }
        if host.is_ip {
            return self.labels == [Part::Text(host.name.clone())];
        }
        let labels: Vec<&str> = host.name.split('.').collect();
        matches(&self.labels, &labels, false, |wanted, label| match wanted {
            Part::Text(text) => text == label,
            Part::One | Part::Several => true,
        })
    }

    /// The port of its hosts, unless it is the default one.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether every host of `other` is surely one of this pattern.
    pub(crate) fn includes(&self, other: &Self) -> bool {
        let covers = |wide: &Part, narrow: &Part| *wide == Part::One || wide == narrow;
        self.port == other.port && self.is_ip == other.is_ip && includes(&self.labels, &other.labels, false, covers)
    }

    /// Whether every host of the pattern is `domain` or below it.
    pub(crate) fn is_within(&self, domain: &str) -> bool {
        let fixed: Vec<&str> = self.labels.iter().rev().map_while(literal).collect();
        let wanted: Vec<&str> = domain.rsplit('.').collect();
        !self.is_ip && fixed.len() >= wanted.len() && fixed.iter().zip(&wanted).all(|(label, wanted)| label == wanted)
    }

    /// Whether the only host of the pattern is `name`, at any port.
    pub(crate) fn is_only(&self, name: &str) -> bool {
        self.labels.iter().all(|part| literal(part).is_some())
            && self.labels.iter().filter_map(literal).collect::<Vec<_>>().join(".") == name
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

fn literal(part: &Part) -> Option<&str> {
    match part {
        Part::Text(text) => Some(text),
        Part::One | Part::Several => None,
    }
}

/// The wildcards of the written labels, and the other labels as the probe has them.
fn parts(written: &[&str], probe: &str) -> Vec<Part> {
    let part = |(written, canonical): (&&str, &str)| match *written {
        "*" => Part::One,
        "**" => Part::Several,
        _ => Part::Text(canonical.to_owned()),
    };
    written.iter().zip(probe.split('.')).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, host: &str) -> bool {
        let pattern = HostPattern::parse(pattern, 443).unwrap_or_else(|bad| panic!("{pattern} {bad}"));
        SiteHost::parse(host, 443).is_some_and(|host| pattern.matches(&host))
    }

    /// FW-09: letter case, the trailing dot and the default port do not matter.
    #[test]
    fn hosts_are_compared_without_case_default_port_and_trailing_dot() {
        for same in
            ["app.example.com", "APP.Example.COM", "app.example.com.", "app.example.com:443", "app.example.com.:443"]
        {
            assert!(matches("app.example.com", same), "{same}");
            assert!(matches(same, "app.example.com"), "{same}");
        }
        for other in
            ["app.example.com:8443", "app.example.com:80", "example.com", "a.app.example.com", "app.example.com.x"]
        {
            assert!(!matches("app.example.com", other), "{other}");
        }
        assert!(matches("app.example.com:8443", "app.example.com:8443"));
        assert!(matches("bücher.example.com", "xn--bcher-kva.example.com"));
        assert!(matches("xn--bcher-kva.example.com", "BÜCHER.example.com"));
        assert!(matches("127.0.0.1:8080", "127.0.0.1:8080") && matches("[::1]:8080", "[0:0::1]:8080"));
        for same in ["[::ffff:127.0.0.1]", "[::FFFF:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]:443"] {
            assert!(matches("127.0.0.1", same) && matches(same, "127.0.0.1"), "{same}");
        }
    }

    #[test]
    fn a_wildcard_stands_for_whole_labels() {
        assert!(matches("*.example.com", "a.example.com"));
        assert!(!matches("*.example.com", "a.b.example.com") && !matches("*.example.com", "example.com"));
        assert!(matches("**.example.com", "a.b.example.com") && matches("**.example.com", "a.example.com"));
        assert!(!matches("**.example.com", "example.com") && !matches("**.example.com", "a.example.org"));
        assert!(matches("a.*.example.com", "a.b.example.com"));
        assert!(HostPattern::parse("*.0.0.1", 443).is_err(), "an address has no labels");
        for partly in ["app-*.example.com", "*a.example.com", "***.example.com"] {
            assert_eq!(HostPattern::parse(partly, 443), Err(BadHostPattern::PartOfLabel), "{partly}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused() {
        let long = format!("{}.example.com", "a".repeat(64));
        let longer = format!("{}example.com", "abcdefghi.".repeat(29));
        for bad in [
            "",
            ".",
            "..",
            "a..b",
            ".a",
            "a..",
            "a b",
            "a/b",
            "a\\b",
            "user@a",
            "user:pw@a",
            "a:0",
            "a:65536",
            "a:+80",
            "a:",
            "a:80:80",
            "a%2eb",
            "a%00b",
            "*",
            "*.a",
            "[::1",
            "::1",
            "0x7f.1",
            "127.1",
            "2130706433",
            "a,b",
            "a;b",
            "a?b",
            "a#b",
            "http://a",
            "a\u{0}b",
            "a\tb",
            "a\u{3002}",
            &long,
            &longer,
        ] {
            let host = SiteHost::parse(bad, 443);
            assert!(host.is_none() || bad == "a\u{3002}", "{bad:?} is {host:?}");
        }
        assert_eq!(
            SiteHost::parse("a_b.example.com", 443).map(|host| host.to_string()).as_deref(),
            Some("a_b.example.com")
        );
    }

    #[test]
    fn patterns_know_what_they_include() {
        let pattern = |text: &str| HostPattern::parse(text, 443).expect("a pattern");
        let includes = |wide: &str, narrow: &str| pattern(wide).includes(&pattern(narrow));
        assert!(includes("**.example.com", "*.example.com") && includes("*.example.com", "a.example.com"));
        assert!(includes("**.example.com", "**.a.example.com") && includes("a.b", "A.B."));
        assert!(!includes("*.example.com", "**.example.com") && !includes("a.example.com", "*.example.com"));
        assert!(!includes("*.example.com", "a.example.com:8443"));
        for (text, within) in [
            ("example.com", true),
            ("**.example.com", true),
            ("a.example.com:8443", true),
            ("*.com", false),
            ("**", false),
            ("*", false),
            ("notexample.com", false),
            ("com", false),
            ("example.*", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(pattern(text).is_within("example.com"), within, "{text}");
        }
        assert!(pattern("127.0.0.1:80").is_only("127.0.0.1") && !pattern("*.b").is_only("a.b"));
    }
}
