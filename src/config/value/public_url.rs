//! `server.public_url`: the issuer, and the base of every link. Never taken from a request (RE-10).

use url::Url;

/// The gateway's address as browsers and services know it, without a slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    text: String,
    prefix: String,
    origin: String,
}

/// Why a URL cannot be the public one.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadPublicUrl {
    /// Not an absolute http or https URL.
    #[error("is not an http(s) URL")]
    Shape,
    /// Carries a query, a fragment or credentials.
    #[error("has a query, a fragment or credentials")]
    Surplus,
    /// http, and not on loopback.
    #[error("is http off loopback")]
    Insecure,
}

impl PublicUrl {
    /// Reads a URL; a slash at its end is cut.
    pub fn parse(text: &str) -> Result<Self, BadPublicUrl> {
        let url = Url::parse(text).map_err(|_| BadPublicUrl::Shape)?;
        if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
            return Err(BadPublicUrl::Shape);
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(BadPublicUrl::Surplus);
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

    /// `scheme://host[:port]`, as a browser writes it in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether browsers reach us by https.
    pub fn is_https(&self) -> bool {
        self.text.starts_with("https:")
    }

    /// The absolute URL of one of our paths (`path` begins with a slash).
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Where a provider sends people back to.
    pub fn callback(&self, provider: &str) -> String {
        self.at(&format!("/callback/{provider}"))
    }

    /// Where a provider sends people back to whom it signed out.
    pub fn logout_callback(&self, provider: &str) -> String {
        self.at(&format!("/logout/callback/{provider}"))
    }

    /// Where a provider tells us of sessions that ended there.
    pub fn backchannel_logout(&self, provider: &str) -> String {
        self.at(&format!("/backchannel-logout/{provider}"))
    }
}

/// Whether a URL's host is this machine itself.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// Whether nobody listens on the way there: TLS, or this very machine.
pub fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || is_loopback(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_prefix_and_drops_the_slash_at_the_end() {
        let url = PublicUrl::parse("https://Example.com:443/auth/").expect("a good URL");
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
    fn refuses_what_cannot_be_an_issuer() {
        assert_eq!(PublicUrl::parse("login.example.com"), Err(BadPublicUrl::Shape));
        assert_eq!(PublicUrl::parse("ftp://example.com"), Err(BadPublicUrl::Shape));
        assert_eq!(PublicUrl::parse("https://example.com/?x=1"), Err(BadPublicUrl::Surplus));
        assert_eq!(PublicUrl::parse("https://u:p@example.com"), Err(BadPublicUrl::Surplus));
        assert_eq!(PublicUrl::parse("http://example.com"), Err(BadPublicUrl::Insecure));
    }
}
