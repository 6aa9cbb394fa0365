//! URLs to which a link of a page leads.

use std::borrow::Cow;

use url::Url;

use super::local::{Local, parses_itself};
use super::public_url::is_loopback;

/// A URL for a link: https, http on loopback, or `mailto:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link(Url);

impl Link {
    /// The URL.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Why a text is not a URL for a link.
#[derive(Debug, thiserror::Error)]
#[error("is not an https URL")]
pub struct BadLink;

impl Local for Link {
    const NAME: &'static str = "link";
    const IS_QUOTED: bool = false;
    type Bad = BadLink;

    fn read(text: &str) -> Result<Self, BadLink> {
        let url = Url::parse(text).map_err(|_| BadLink)?;
        let is_web = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        let has_user = !url.username().is_empty() || url.password().is_some();
        if (is_web && !has_user) || url.scheme() == "mailto" { Ok(Self(url)) } else { Err(BadLink) }
    }

    fn remedy(_: &BadLink) -> Cow<'static, str> {
        "write the whole URL, as \"https://example.com/privacy\", or \"mailto:\" and an e-mail address".into()
    }
}
parses_itself!(Link);
