//! URLs of providers and of clients.

use url::Url;

use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::public_url::is_loopback;

/// Reads the URL of an endpoint; `None` if the text is empty.
pub(crate) fn endpoint(key: &str, text: &str, allow_http: bool, validator: &mut Validator<'_>) -> Option<Url> {
    if text.is_empty() { None } else { provider_url(key, text, allow_http, validator) }
}

/// Reads the redirect URI of a frontend; `None` if the text is empty. Private-use schemes are allowed (RFC 8252 §7.1).
pub(crate) fn redirect_uri(key: &str, text: &str, validator: &mut Validator<'_>) -> Option<Url> {
    if text.is_empty() {
        return None;
    }
    let url = absolute(key, text, "https://app.example.com/callback", validator)?;
    if url.scheme() == "http" && !is_loopback(&url) {
        let remedy = "write https://; http is allowed for 127.0.0.1, [::1] and localhost only";
        validator.reject(key, format!("{} is http, but not loopback", quoted(text)), remedy);
        return None;
    }
    if matches!(url.scheme(), "javascript" | "data" | "file" | "blob" | "about") {
        let remedy = "write the address of the frontend, as \"https://app.example.com/callback\"";
        validator.reject(key, format!("{} has a scheme that no frontend can have", quoted(text)), remedy);
        return None;
    }
    Some(url)
}

pub(crate) fn provider_url(key: &str, text: &str, allow_http: bool, validator: &mut Validator<'_>) -> Option<Url> {
    let url = absolute(key, text, "https://sso.example.com", validator)?;
    match url.scheme() {
        "https" => Some(url),
        "http" if allow_http || is_loopback(&url) => Some(url),
        "http" => {
            let remedy = "write https://, or set insecure_allow_http = true if you accept that an attacker on the \
                          network can sign in as any user";
            validator.reject(key, format!("{} is http, but not loopback", quoted(text)), remedy);
            None
        }
        _ => {
            validator.reject(
                key,
                format!("{} is not an http(s) URL", quoted(text)),
                "write \"https://sso.example.com\"",
            );
            None
        }
    }
}

/// Reads an absolute URL without credentials and fragment.
pub(crate) fn absolute(key: &str, text: &str, example: &str, validator: &mut Validator<'_>) -> Option<Url> {
    let remedy = format!("write the whole URL, as \"{example}\"");
    let read = Url::parse(text).map_err(|_| format!("{} is not an absolute URL", quoted(text)));
    let url = validator.accept(key, read, &remedy)?;
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        validator.reject(key, format!("{} contains white space", quoted(text)), remedy);
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        validator.reject(key, "contains credentials or a fragment", remedy);
        return None;
    }
    Some(url)
}
