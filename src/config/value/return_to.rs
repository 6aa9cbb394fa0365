//! `login.return_to`: the URLs to which a browser may be redirected after a login (no open redirector, RFC 9700 §4.11).

use url::Url;

use super::glob::matches;

/// The allowed addresses: paths on the gateway's own origin, and absolute URLs that match a pattern.
#[derive(Debug, Default)]
pub struct ReturnTo(Vec<Pattern>);

/// Why a text is not a valid pattern.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadPattern {
    /// Not an absolute http or https URL.
    #[error("is not an absolute http(s) URL")]
    Malformed,
    /// Credentials, a query or a fragment.
    #[error("has credentials, a query or a fragment")]
    UnexpectedPart,
    /// A wildcard that would match domains of other owners.
    #[error("has a wildcard in its last two host labels, its port or its scheme")]
    TooWide,
}

#[derive(Debug)]
struct Pattern {
    scheme: String,
    host: String,
    port: Option<u16>,
    /// The pattern of the path; `None`: every path.
    path: Option<String>,
}

impl ReturnTo {
    /// Parses the patterns. The error has the index of the pattern, from 0.
    pub fn parse<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, (usize, BadPattern)> {
        let read = |(index, text)| Pattern::parse(text).map_err(|bad| (index, bad));
        patterns.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The address to send the browser to; `None` if it is not allowed.
    pub fn check(&self, address: &str) -> Option<String> {
        if address.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') || address.len() > 2048 {
            return None;
        }
        if address.starts_with('/') {
            return is_plain_path(address).then(|| address.to_owned());
        }
        let url = absolute(address)?;
        self.0.iter().any(|pattern| pattern.matches(&url)).then(|| url.into())
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, BadPattern> {
        let (scheme, rest) = text.split_once("://").ok_or(BadPattern::Malformed)?;
        if !matches!(scheme, "http" | "https") {
            return Err(if scheme.contains('*') { BadPattern::TooWide } else { BadPattern::Malformed });
        }
        if rest.contains(['@', '?', '#', '\\']) {
            return Err(BadPattern::UnexpectedPart);
        }
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, Some(format!("/{path}"))),
            None => (rest, None),
        };
        let port = authority.rsplit_once(':').filter(|_| !authority.ends_with(']')).map(|(_, port)| port);
        if port.is_some_and(|port| port.contains('*')) {
            return Err(BadPattern::TooWide);
        }
        // The URL library rejects `*` in hosts. A letter in its place shows whether the rest is a valid host.
        let probe =
            Url::parse(&format!("{scheme}://{}/", authority.replace('*', "w"))).map_err(|_| BadPattern::Malformed)?;
        let host = port.map_or(authority, |port| authority.trim_end_matches(port).trim_end_matches(':'));
        let wild = host.contains('*');
        if wild && host.rsplit('.').take(2).any(|label| label.contains('*')) {
            return Err(BadPattern::TooWide);
        }
        let host = if wild { host.to_ascii_lowercase() } else { probe.host_str().unwrap_or_default().to_owned() };
        Ok(Self { scheme: scheme.to_owned(), host, port: probe.port(), path })
    }

    fn matches(&self, url: &Url) -> bool {
        url.scheme() == self.scheme
            && url.port() == self.port
            && url.host_str().is_some_and(|host| matches(&self.host, host, '.'))
            && self.path.as_ref().is_none_or(|path| matches(path, url.path(), '/'))
    }
}

/// Whether every browser resolves this to a path on the gateway's origin, both as it is and percent-decoded.
fn is_plain_path(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let Some(decoded) = percent_decoded(path) else { return false };
    let dots = |path: &str| path.split('/').any(|segment| matches!(segment, "." | ".."));
    !decoded.contains("//") && !decoded.contains('\\') && !decoded.contains(char::is_control) && !dots(&decoded)
}

/// Parses an http(s) URL. Rejects forms that another parser could read as a different host or path.
fn absolute(address: &str) -> Option<Url> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"))?;
    if rest.starts_with('/') {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let path = url.path().to_ascii_lowercase();
    let plain = url.username().is_empty()
        && url.password().is_none()
        && !path.contains("%2f")
        && !path.contains("%5c")
        && !rest.split(['/', '?', '#']).next().unwrap_or_default().contains(['%', '@']);
    plain.then_some(url)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (hex, tail) = tail.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allowing(patterns: &[&str]) -> ReturnTo {
        ReturnTo::parse(patterns.iter().copied()).expect("valid patterns")
    }

    /// RE-01
    #[test]
    fn paths_and_listed_origins_are_allowed() {
        let policy = allowing(&["https://app.example.com", "https://wiki.example.com:8443/team/*"]);
        assert_eq!(policy.check("/path?x=1#f").as_deref(), Some("/path?x=1#f"));
        assert_eq!(policy.check("/search?u=https://x//y").as_deref(), Some("/search?u=https://x//y"));
        assert_eq!(policy.check("https://app.example.com").as_deref(), Some("https://app.example.com/"));
        assert_eq!(policy.check("https://APP.example.com:443/a?b").as_deref(), Some("https://app.example.com/a?b"));
        assert!(policy.check("https://wiki.example.com:8443/team/a?x").is_some());
        for other in [
            "http://app.example.com/",
            "https://app.example.com:8443/",
            "https://wiki.example.com/team/a",
            "https://wiki.example.com:8443/team/a/b",
            "https://wiki.example.com:8443/other",
            "https://wiki.example.com:8443/team/../other",
            "https://wiki.example.com:8443/team/..%2fother",
        ] {
            assert_eq!(policy.check(other), None, "{other}");
        }
    }

    /// RE-02
    #[test]
    fn known_open_redirects_are_rejected() {
        let policy = allowing(&["https://good", "https://good.example"]);
        for address in [
            "",
            "evil",
            "//evil",
            "/\\evil",
            "\\\\evil",
            "\\/evil",
            "/%09/evil",
            "/\t/evil",
            "/%2f%2fevil",
            "/%2f/evil",
            "/%5cevil",
            "///evil",
            "/..//evil",
            "/../evil",
            "/.%2e/evil",
            "/a/%2e%2e/b",
            "/%00",
            "/\u{0}",
            "/a\nb",
            "/%zz",
            "/%ff",
            " /evil",
            "https:evil",
            "https:///evil",
            "https:/evil",
            "https://good@evil",
            "https://good:x@evil",
            "https://good.evil",
            "https://good%00.evil",
            "https://good%2eevil",
            "https://good\\.evil",
            "https://evil#good",
            "https://evil?good",
            "HTTPS://good",
            "http://good",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc",
            "https://good.example.evil",
            "https://evilgood.example",
            "https://good:8443",
            "https://[::1]",
            "/a\u{2028}b",
        ] {
            assert_eq!(policy.check(address), None, "{address:?}");
        }
        assert_eq!(policy.check(&format!("/{}", "a".repeat(3000))), None);
    }

    /// RE-04
    #[test]
    fn a_wildcard_matches_within_its_label_or_segment() {
        let policy = allowing(&["https://*.example.com/**", "https://pr-*.dev.example.org/app/*/done"]);
        for good in ["https://a.example.com/", "https://a.example.com/x/y", "https://pr-12.dev.example.org/app/7/done"]
        {
            assert!(policy.check(good).is_some(), "{good}");
        }
        for bad in [
            "https://example.com/",
            "https://a.b.example.com/",
            "https://example.com.evil/",
            "https://evilexample.com/",
            "https://a..example.com/",
            "https://.example.com/",
            "https://a.example.com.evil/",
            "https://pr-.dev.example.org/app/7/done",
            "https://pr-1.dev.example.org/app/7/8/done",
        ] {
            assert_eq!(policy.check(bad), None, "{bad}");
        }
        let across = allowing(&["https://**.example.com"]);
        assert!(across.check("https://a.b.example.com/").is_some());
        assert_eq!(across.check("https://a..example.com/"), None);
    }

    /// IN-08
    #[test]
    fn matching_a_long_address_takes_little_time_for_every_pattern() {
        let policy = allowing(&["https://a.example/x/*-*-*-*/**/a/**/a/**/done"]);
        for address in ["-", "a/", "a-", "/a"] {
            let address = format!("https://a.example/x/{}", address.repeat(900));
            assert_eq!(policy.check(&address), None);
        }
        assert!(policy.check("https://a.example/x/1-2-3-4/b/a/c/a/d/done").is_some());
    }

    #[test]
    fn patterns_that_match_domains_of_other_owners_are_rejected() {
        let rejection = |pattern| ReturnTo::parse([pattern]).expect_err("an invalid pattern").1;
        for pattern in ["https://*", "https://*.com", "https://example.*", "https://a.b:*", "*://a.b"] {
            assert_eq!(rejection(pattern), BadPattern::TooWide, "{pattern}");
        }
        for pattern in ["a.b", "/path", "ftp://a.b", "https://", "javascript:x"] {
            assert_eq!(rejection(pattern), BadPattern::Malformed, "{pattern}");
        }
        for pattern in ["https://u@a.b", "https://a.b/?x", "https://a.b/#f"] {
            assert_eq!(rejection(pattern), BadPattern::UnexpectedPart, "{pattern}");
        }
    }

    proptest! {
        /// FZ-03: a browser resolves every allowed address to the gateway's origin or to a listed one.
        #[test]
        fn allowed_addresses_stay_on_allowed_origins(address in r"(/|https?:|//|\\|[a-z.@:%0-9?#&=]|good\.example|evil|\PC){0,24}") {
            let base = Url::parse("https://login.example.com/login/x").expect("a URL");
            let policy = allowing(&["https://good.example"]);
            if let Some(target) = policy.check(&address) {
                let read = base.join(&target).expect("an allowed address is a URL");
                let origin = read.origin().ascii_serialization();
                prop_assert!(origin == "https://login.example.com" || origin == "https://good.example", "{address:?}");
            }
        }
    }
}
