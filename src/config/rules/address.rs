//! URLs at a provider, and back from it.

use url::Url;

use crate::config::findings::{Findings, shown};
use crate::config::provider::Oidc;
use crate::config::public_url::is_loopback;

/// Microsoft's hosts, and what stands there in the place of a tenant for everybody's tenant.
const MICROSOFT: [&str; 3] =
    ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
const EVERYBODY: [&str; 3] = ["common", "organizations", "consumers"];

/// The issuer, byte for byte (OpenID Connect Discovery §4.3): what is validated is not what is kept.
pub(super) fn issuer(key: &str, text: String, allow_http: bool, at: &mut Findings<'_>) -> Option<String> {
    let url = at_provider(key, &text, allow_http, at)?;
    if url.query().is_some() {
        at.refuse(key, format!("{} has a query", shown(&text)), "write it as the provider's metadata does, without ?…");
        return None;
    }
    if text.ends_with("/.well-known/openid-configuration") {
        let remedy = "write the `issuer` that stands in that document";
        at.refuse(key, format!("{} is the address of the metadata", shown(&text)), remedy);
        return None;
    }
    if is_everybodys(&url) {
        at.refuse(key, format!("{} is nobody's issuer, but that of every tenant", shown(&text)), Oidc::ONE_TENANT);
        return None;
    }
    Some(text)
}

/// No ID token names it. And who merely follows what the metadata say, lets every organization in (AC-13).
fn is_everybodys(url: &Url) -> bool {
    let first = url.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
    let at_microsoft = url.host_str().is_some_and(|host| MICROSOFT.contains(&host));
    at_microsoft && EVERYBODY.iter().any(|name| first.eq_ignore_ascii_case(name))
}

/// An endpoint given instead of what discovery says, if one was.
pub(super) fn endpoint(key: &str, text: &str, allow_http: bool, at: &mut Findings<'_>) -> Option<Url> {
    if text.is_empty() { None } else { at_provider(key, text, allow_http, at) }
}

/// The `redirect_uri` of a frontend, if there is one. Apps may have schemes of their own (RFC 8252).
pub(super) fn redirect_uri(key: &str, text: &str, at: &mut Findings<'_>) -> Option<Url> {
    if text.is_empty() {
        return None;
    }
    let url = absolute(key, text, "https://app.example.com/callback", at)?;
    if url.scheme() == "http" && !is_loopback(&url) {
        let remedy = "write https://; http is for 127.0.0.1, [::1] and localhost only";
        at.refuse(key, format!("{} is http off loopback", shown(text)), remedy);
        return None;
    }
    if matches!(url.scheme(), "javascript" | "data" | "file" | "blob" | "about") {
        let remedy = "write the address of the frontend, as \"https://app.example.com/callback\"";
        at.refuse(key, format!("{} is no address that a login may end at", shown(text)), remedy);
        return None;
    }
    Some(url)
}

fn at_provider(key: &str, text: &str, allow_http: bool, at: &mut Findings<'_>) -> Option<Url> {
    let url = absolute(key, text, "https://sso.example.com", at)?;
    match url.scheme() {
        "https" => Some(url),
        "http" if allow_http || is_loopback(&url) => Some(url),
        "http" => {
            let remedy = "write https://, or set insecure_allow_http = true if you accept that anyone on the way can \
                          sign in as anyone";
            at.refuse(key, format!("{} is http off loopback", shown(text)), remedy);
            None
        }
        _ => {
            at.refuse(key, format!("{} is not an http(s) URL", shown(text)), "write \"https://sso.example.com\"");
            None
        }
    }
}

/// An absolute URL, without credentials and fragment.
pub(super) fn absolute(key: &str, text: &str, example: &str, at: &mut Findings<'_>) -> Option<Url> {
    let remedy = format!("write the whole address, as \"{example}\"");
    let read = Url::parse(text).map_err(|_| format!("{} is not an absolute URL", shown(text)));
    let url = at.accept(key, read, &remedy)?;
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        at.refuse(key, format!("{} has white space in it", shown(text)), remedy);
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        at.refuse(key, "has credentials or a fragment in it", remedy);
        return None;
    }
    Some(url)
}
