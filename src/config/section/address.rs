//! URLs at a provider, and back from it.

use url::Url;

use crate::config::layer::findings::{Findings, shown};
use crate::config::value::public_url::is_loopback;

/// An endpoint given instead of what discovery says, if one was.
pub(crate) fn endpoint(key: &str, text: &str, allow_http: bool, at: &mut Findings<'_>) -> Option<Url> {
    if text.is_empty() { None } else { at_provider(key, text, allow_http, at) }
}

/// The `redirect_uri` of a frontend, if there is one. Apps may have schemes of their own (RFC 8252).
pub(crate) fn redirect_uri(key: &str, text: &str, at: &mut Findings<'_>) -> Option<Url> {
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

pub(crate) fn at_provider(key: &str, text: &str, allow_http: bool, at: &mut Findings<'_>) -> Option<Url> {
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
pub(crate) fn absolute(key: &str, text: &str, example: &str, at: &mut Findings<'_>) -> Option<Url> {
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
