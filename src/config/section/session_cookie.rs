//! `[sessions.cookie]`: name and attributes of the session cookie.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::given::GivenText;
use crate::config::value::public_url::PublicUrl;

/// Name and attributes of the session cookie.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionCookie {
    /// without prefix: over https, `__Host-` is added, or `__Secure-` if `domain` is set
    pub name: String,
    /// parent domain, to share the session between subdomains
    #[serde(with = "GivenText")]
    pub domain: Option<String>,
    /// `Lax`, `Strict` or, over https only, `None`
    pub same_site: SameSite,
}

/// The `SameSite` attribute of a cookie (RFC 6265bis §5.6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum SameSite {
    /// Sent with top-level navigations from other sites.
    Lax,
    /// Not sent with requests from other sites.
    Strict,
    /// Sent with all requests; over https only.
    None,
}

pub(crate) fn validate(
    cookie: SessionCookie,
    public_url: Option<&PublicUrl>,
    validator: &mut Validator<'_>,
) -> Option<SessionCookie> {
    let SessionCookie { name: written, domain, same_site } = cookie;
    let name = name(written, validator);
    let domain = match domain {
        None => Some(None),
        Some(domain) => public_url.and_then(|url| parent_domain(&domain, url, validator)).map(Some),
    };
    if same_site == SameSite::None && public_url.is_some_and(|url| !url.is_https()) {
        let remedy = "write \"Lax\" or \"Strict\", or use https";
        validator.reject("sessions.cookie.same_site", "\"None\" is ignored by browsers without https", remedy);
    }
    Some(SessionCookie { name: name?, domain: domain?, same_site })
}

/// A cookie name is a token (RFC 6265 §4.1.1). The prefix is added later, so it must not be part of it.
fn name(name: String, validator: &mut Validator<'_>) -> Option<String> {
    let key = "sessions.cookie.name";
    let lower = name.to_lowercase();
    if lower.starts_with("__host-") || lower.starts_with("__secure-") {
        validator.reject(key, format!("{} has a prefix already", quoted(&name)), "remove it: the right one is added");
        return None;
    }
    let is_token = |c: char| c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?={}".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_token) {
        let remedy = "write up to 64 letters, digits, - and _, as \"vestibule\"";
        validator.reject(key, format!("{} cannot be a cookie's name", quoted(&name)), remedy);
        return None;
    }
    Some(name)
}

/// Browsers accept only the host of the public URL or a parent domain of it.
fn parent_domain(domain: &str, public_url: &PublicUrl, validator: &mut Validator<'_>) -> Option<String> {
    let key = "sessions.cookie.domain";
    let domain = domain.to_ascii_lowercase();
    let url = url::Url::parse(public_url.issuer()).ok()?;
    let host = url.domain().unwrap_or_default();
    let is_parent = host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if host.is_empty() {
        let what = format!("{} cannot be set where server.public_url has an IP address", quoted(&domain));
        validator.reject(key, what, "remove it, or write a host name in server.public_url");
        return None;
    }
    if domain.starts_with('.') || !is_parent {
        let what = format!("{} is not {host} or a parent domain of it", quoted(&domain));
        let parent = host.split_once('.').map(|(_, parent)| parent).filter(|parent| parent.contains('.'));
        validator.reject(key, what, format!("write \"{}\", without a leading dot", parent.unwrap_or(host)));
        return None;
    }
    Some(domain)
}
