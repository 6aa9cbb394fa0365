//! `[sessions.cookie]`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::findings::{Findings, shown};
use crate::config::value::public_url::PublicUrl;

/// The cookie that carries a session.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSessionCookie {
    /// becomes `__Host-vestibule` under https without a domain
    name: String,
    /// set to share the login between subdomains
    domain: String,
    /// `Lax`, `Strict` or, only under https, `None`
    same_site: SameSite,
}

/// `[sessions.cookie]`
pub struct SessionCookie {
    /// The name as configured, without a `__Host-` or `__Secure-` prefix.
    pub name: String,
    /// The parent domain that shares the login, if any.
    pub domain: Option<String>,
    /// `SameSite`.
    pub same_site: SameSite,
}

/// A cookie's `SameSite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum SameSite {
    /// Sent with navigations from other sites.
    Lax,
    /// Never sent from other sites.
    Strict,
    /// Sent from everywhere; only under https.
    None,
}

pub(crate) fn cookie(
    raw: RawSessionCookie,
    public_url: Option<&PublicUrl>,
    at: &mut Findings<'_>,
) -> Option<SessionCookie> {
    let name = name(raw.name, at);
    let domain = match raw.domain.as_str() {
        "" => Some(None),
        domain => public_url.and_then(|url| parent_domain(domain, url, at)).map(Some),
    };
    if raw.same_site == SameSite::None && public_url.is_some_and(|url| !url.is_https()) {
        let remedy = "write \"Lax\" or \"Strict\", or serve by https";
        at.refuse("sessions.cookie.same_site", "\"None\" is ignored by browsers without https", remedy);
    }
    Some(SessionCookie { name: name?, domain: domain?, same_site: raw.same_site })
}

/// A token (RFC 6265 §4.1.1), without the prefix that we add.
fn name(name: String, at: &mut Findings<'_>) -> Option<String> {
    let key = "sessions.cookie.name";
    let lower = name.to_lowercase();
    if lower.starts_with("__host-") || lower.starts_with("__secure-") {
        at.refuse(key, format!("{} has a prefix already", shown(&name)), "leave it out: the right one is added");
        return None;
    }
    let is_token = |c: char| c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?={}".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_token) {
        let remedy = "write up to 64 letters, digits, - and _, as \"vestibule\"";
        at.refuse(key, format!("{} cannot be a cookie's name", shown(&name)), remedy);
        return None;
    }
    Some(name)
}

/// The host of our own address, or a domain above it: browsers refuse any other.
fn parent_domain(domain: &str, public_url: &PublicUrl, at: &mut Findings<'_>) -> Option<String> {
    let key = "sessions.cookie.domain";
    let domain = domain.to_ascii_lowercase();
    let url = url::Url::parse(public_url.issuer()).ok()?;
    let host = url.domain().unwrap_or_default();
    let above = host.strip_suffix(domain.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if host.is_empty() {
        let what = format!("{} cannot be set where server.public_url has an IP address", shown(&domain));
        at.refuse(key, what, "leave it out, or give server.public_url a name");
        return None;
    }
    if domain.starts_with('.') || !above {
        let what = format!("{} is not {host} or a domain above it", shown(&domain));
        let parent = host.split_once('.').map(|(_, parent)| parent).filter(|parent| parent.contains('.'));
        at.refuse(key, what, format!("write \"{}\", without a dot in front", parent.unwrap_or(host)));
        return None;
    }
    Some(domain)
}
