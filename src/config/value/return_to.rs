//! `login.return_to`: where people may be sent after a login, and nowhere else (OAuth 2.0 Security BCP, RFC 9700 §4.11).

use url::Url;

/// The allowed addresses: relative paths on our own origin, and absolute URLs that match a pattern.
#[derive(Debug, Default)]
pub struct ReturnTo(Vec<Pattern>);

/// Why a pattern cannot stand in `login.return_to`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadPattern {
    /// Not an absolute http or https URL.
    #[error("is not an absolute http(s) URL")]
    Shape,
    /// Credentials, a query or a fragment.
    #[error("has credentials, a query or a fragment")]
    Surplus,
    /// A wildcard where it would let in strangers.
    #[error("has a wildcard in its last two host labels, its port or its scheme")]
    TooWide,
}

#[derive(Debug)]
struct Pattern {
    scheme: String,
    host: String,
    port: Option<u16>,
    /// `None`: every path of the origin.
    path: Option<String>,
}

impl ReturnTo {
    /// Reads the patterns. The error carries the pattern's place, from 0.
    pub fn parse<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, (usize, BadPattern)> {
        let read = |(place, text)| Pattern::parse(text).map_err(|bad| (place, bad));
        patterns.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// The address to send a browser to, or `None` where it must not go.
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
        let (scheme, rest) = text.split_once("://").ok_or(BadPattern::Shape)?;
        if !matches!(scheme, "http" | "https") {
            return Err(if scheme.contains('*') { BadPattern::TooWide } else { BadPattern::Shape });
        }
        if rest.contains(['@', '?', '#', '\\']) {
            return Err(BadPattern::Surplus);
        }
        let (authority, path) = match rest.split_once('/') {
            Some((authority, path)) => (authority, Some(format!("/{path}"))),
            None => (rest, None),
        };
        let port = authority.rsplit_once(':').filter(|_| !authority.ends_with(']')).map(|(_, port)| port);
        if port.is_some_and(|port| port.contains('*')) {
            return Err(BadPattern::TooWide);
        }
        // The URL library refuses `*` in hosts; a letter in its place shows whether the rest is one.
        let probe =
            Url::parse(&format!("{scheme}://{}/", authority.replace('*', "w"))).map_err(|_| BadPattern::Shape)?;
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
            && url.host_str().is_some_and(|host| glob(&self.host, host, '.'))
            && self.path.as_ref().is_none_or(|path| glob(path, url.path(), '/'))
    }
}

/// A path that every browser reads as one on our own origin, in its raw and in its decoded form.
fn is_plain_path(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let Some(decoded) = percent_decoded(path) else { return false };
    let dots = |path: &str| path.split('/').any(|segment| matches!(segment, "." | ".."));
    !decoded.contains("//") && !decoded.contains('\\') && !decoded.contains(char::is_control) && !dots(&decoded)
}

/// An http(s) URL that is written the way it will be read.
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

/// `*` stands for anything within one part, `**` for anything across parts; in hosts never for nothing.
///
/// Holds the set of places in the pattern that the text so far may have led to, so that the time is the product of the
/// two lengths whatever a stranger writes (IN-08).
fn glob(pattern: &str, text: &str, separator: char) -> bool {
    let in_host = separator == '.';
    if in_host && text.split(separator).any(str::is_empty) {
        return false;
    }
    let pattern = Token::all(pattern);
    let mut reached = vec![false; pattern.len() + 1];
    reach(&pattern, &mut reached, 0, in_host);
    for letter in text.chars() {
        let mut next = vec![false; pattern.len() + 1];
        for (place, token) in pattern.iter().enumerate().filter(|(place, _)| reached.get(*place) == Some(&true)) {
            match token {
                Token::Letter(wanted) if *wanted == letter => reach(&pattern, &mut next, place + 1, in_host),
                Token::Across => stay(&pattern, &mut next, place, in_host),
                Token::Within if letter != separator => stay(&pattern, &mut next, place, in_host),
                _ => {}
            }
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

enum Token {
    Letter(char),
    Within,
    Across,
}

impl Token {
    fn all(pattern: &str) -> Vec<Self> {
        let mut letters = pattern.chars().peekable();
        let mut all = Vec::new();
        while let Some(letter) = letters.next() {
            all.push(match letter {
                '*' if letters.next_if_eq(&'*').is_some() => Self::Across,
                '*' => Self::Within,
                letter => Self::Letter(letter),
            });
        }
        all
    }
}

/// Marks a place, and those that a wildcard there lets one come to without a letter. In hosts a wildcard takes one at
/// least.
fn reach(pattern: &[Token], places: &mut [bool], place: usize, in_host: bool) {
    if let Some(mark) = places.get_mut(place) {
        *mark = true;
    }
    let is_wild = matches!(pattern.get(place), Some(Token::Within | Token::Across));
    if is_wild && !in_host {
        reach(pattern, places, place + 1, in_host);
    }
}

/// A wildcard took a letter: it may take more, or be done.
fn stay(pattern: &[Token], places: &mut [bool], place: usize, in_host: bool) {
    reach(pattern, places, place, in_host);
    reach(pattern, places, place + 1, in_host);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allowing(patterns: &[&str]) -> ReturnTo {
        ReturnTo::parse(patterns.iter().copied()).expect("good patterns")
    }

    /// RE-01
    #[test]
    fn relative_paths_and_listed_origins_pass() {
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
    fn the_classic_open_redirects_are_refused() {
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
    fn a_wildcard_stays_in_its_label_and_segment() {
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
    fn a_long_address_costs_little_whatever_the_pattern() {
        let policy = allowing(&["https://a.example/x/*-*-*-*/**/a/**/a/**/done"]);
        for address in ["-", "a/", "a-", "/a"] {
            let address = format!("https://a.example/x/{}", address.repeat(900));
            assert_eq!(policy.check(&address), None);
        }
        assert!(policy.check("https://a.example/x/1-2-3-4/b/a/c/a/d/done").is_some());
    }

    #[test]
    fn patterns_that_let_in_strangers_are_refused() {
        let refused = |pattern| ReturnTo::parse([pattern]).expect_err("a bad pattern").1;
        for pattern in ["https://*", "https://*.com", "https://example.*", "https://a.b:*", "*://a.b"] {
            assert_eq!(refused(pattern), BadPattern::TooWide, "{pattern}");
        }
        for pattern in ["a.b", "/path", "ftp://a.b", "https://", "javascript:x"] {
            assert_eq!(refused(pattern), BadPattern::Shape, "{pattern}");
        }
        for pattern in ["https://u@a.b", "https://a.b/?x", "https://a.b/#f"] {
            assert_eq!(refused(pattern), BadPattern::Surplus, "{pattern}");
        }
    }

    proptest! {
        /// FZ-03: whatever passes stays, as a browser reads it, on our origin or on a listed one.
        #[test]
        fn nothing_leaves_the_allowed_origins(address in r"(/|https?:|//|\\|[a-z.@:%0-9?#&=]|good\.example|evil|\PC){0,24}") {
            let base = Url::parse("https://login.example.com/login/x").expect("a URL");
            let policy = allowing(&["https://good.example"]);
            if let Some(target) = policy.check(&address) {
                let read = base.join(&target).expect("what passes is a URL");
                let origin = read.origin().ascii_serialization();
                prop_assert!(origin == "https://login.example.com" || origin == "https://good.example", "{address:?}");
            }
        }
    }
}
