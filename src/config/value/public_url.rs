//! `server.public_url`: the issuer and the base of every URL. It is never taken from a request (RE-10).

use std::borrow::Cow;

use url::Url;

use super::local::{Local, parses_itself};

/// The gateway's URL for browsers and services, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    prefix: String,
    origin: String,
}

impl Local for PublicUrl {
    const NAME: &'static str = "public_url";
    type Bad = BadPublicUrl;

    fn read(text: &str) -> Result<Self, BadPublicUrl> {
        Self::parse(text)
    }

    fn remedy(bad: &BadPublicUrl) -> Cow<'static, str> {
        match bad {
            BadPublicUrl::Malformed => "write the address that browsers use, as \"https://login.example.com\"",
            BadPublicUrl::UnexpectedPart => "write scheme, host and at most a path, as \"https://login.example.com\"",
            BadPublicUrl::Insecure => "write https://; http is allowed for 127.0.0.1, [::1] and localhost only",
        }
        .into()
    }
}
parses_itself!(PublicUrl);

/// Why a URL cannot be the public URL.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadPublicUrl {
    /// Not an absolute http or https URL.
    #[error("is not an http(s) URL")]
    Malformed,
    /// Has a query, a fragment or credentials.
    #[error("has a query, a fragment or credentials")]
    UnexpectedPart,
    /// http, and not loopback.
    #[error("is http, but not loopback")]
    Insecure,
}

impl PublicUrl {
    /// Parses a URL, and removes a slash at its end.
    pub fn parse(text: &str) -> Result<Self, BadPublicUrl> {
        let url = Url::parse(text).map_err(|_| BadPublicUrl::Malformed)?;
        if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
            return Err(BadPublicUrl::Malformed);
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(BadPublicUrl::UnexpectedPart);
        }
        if url.scheme() == "http" && !is_loopback(&url) {
            return Err(BadPublicUrl::Insecure);
        }
        let prefix = url.path().trim_end_matches('/').to_owned();
        let origin = url.origin().ascii_serialization();
        Ok(Self { text: format!("{origin}{prefix}"), prefix, origin })
    }

    /// The issuer identifier (`iss`).
    pub fn issuer(&self) -> &str {
        &self.text
    }

    /// The path prefix: empty, or `/…` without a slash at the end.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// `scheme://host[:port]`, as browsers write it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The host and its parent domains, for which a browser takes a cookie from it; none for an IP address. A name of one
    /// label is left out: no cookie can be set for it.
    pub fn domains(&self) -> Vec<String> {
        let Ok(url) = Url::parse(&self.origin) else { return Vec::new() };
        let Some(url::Host::Domain(host)) = url.host() else { return Vec::new() };
        let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
        labels.windows(2).enumerate().filter_map(|(at, _)| Some(labels.get(at..)?.join("."))).collect()
    }

    /// Whether browsers use https.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// The absolute URL of a path of the gateway; `path` starts with a slash.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// The redirect URI at this provider.
    pub fn callback(&self, provider: &str) -> String {
        self.at(&format!("/callback/{provider}"))
    }

    /// The post-logout redirect URI at this provider.
    pub fn logout_callback(&self, provider: &str) -> String {
        self.at(&format!("/logout/callback/{provider}"))
    }

    /// The back-channel logout URI at this provider.
    pub fn backchannel_logout(&self, provider: &str) -> String {
        self.at(&format!("/backchannel-logout/{provider}"))
    }
}

/// Whether the host is a loopback address, `localhost` or a name below it.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Whether requests to this URL cannot be read on the network: https, or loopback.
pub fn is_protected(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_can_be_set_for_the_host_and_its_parent_domains() {
        let domains = |url| PublicUrl::parse(url).expect("a valid URL").domains();
        assert_eq!(
            domains("https://login.corp.example.com/auth"),
            ["login.corp.example.com", "corp.example.com", "example.com"]
        );
        assert_eq!(domains("http://localhost:8080"), [""; 0]);
        assert_eq!(domains("http://127.0.0.1:8080"), [""; 0]);
        assert_eq!(domains("http://[::1]:8080"), [""; 0]);
    }

    #[test]
    fn a_prefix_is_kept_and_a_final_slash_removed() {
        let url = PublicUrl::parse("https://Example.com:443/auth/").expect("a valid URL");
        assert_eq!(
            (url.issuer(), url.prefix(), url.origin()),
            ("https://example.com/auth", "/auth", "https://example.com")
        );
        assert_eq!(url.callback("google"), "https://example.com/auth/callback/google");
        assert_eq!(url.logout_callback("google"), "https://example.com/auth/logout/callback/google");
        assert_eq!(url.backchannel_logout("google"), "https://example.com/auth/backchannel-logout/google");
        assert_eq!(PublicUrl::parse("http://127.0.0.1:8080").expect("loopback").prefix(), "");
    }

    /// LG-06
    #[test]
    fn urls_that_cannot_be_an_issuer_are_rejected() {
        assert_eq!(PublicUrl::parse("login.example.com"), Err(BadPublicUrl::Malformed));
        assert_eq!(PublicUrl::parse("ftp://example.com"), Err(BadPublicUrl::Malformed));
        assert_eq!(PublicUrl::parse("https://example.com/?x=1"), Err(BadPublicUrl::UnexpectedPart));
        assert_eq!(PublicUrl::parse("https://u:p@example.com"), Err(BadPublicUrl::UnexpectedPart));
        assert_eq!(PublicUrl::parse("http://example.com"), Err(BadPublicUrl::Insecure));
    }
}
