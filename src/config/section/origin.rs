//! Lists of web origins (RFC 6454): `login.allowed_origins` and `clients.<id>.allowed_origins`.

use url::Url;

use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::public_url::is_loopback;

/// Reads a list of origins.
pub(crate) fn origins(key: &str, texts: &[String], validator: &mut Validator<'_>) -> Option<Vec<String>> {
    let origins: Vec<_> = texts.iter().enumerate().map(|(item, text)| origin(key, item, text, validator)).collect();
    origins.into_iter().collect()
}

/// Reads one origin, and writes it as browsers do.
fn origin(key: &str, item: usize, text: &str, validator: &mut Validator<'_>) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        let what = format!("{} is not an origin", quoted(text));
        validator.reject_item(key, item, what, "write one whole origin, as \"https://app.example.com\"");
        return None;
    };
    let origin = url.origin().ascii_serialization();
    let after_scheme = text.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    if after_scheme.contains(['/', '?', '#', '@', '\\', '*']) || after_scheme.is_empty() {
        let what = format!("{} has more than scheme, host and port", quoted(text));
        validator.reject_item(key, item, what, format!("write \"{}\"", origin.replace('*', "app")));
        return None;
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        let remedy = "write https://; http is allowed for 127.0.0.1, [::1] and localhost only";
        validator.reject_item(key, item, format!("{} is http, but not loopback", quoted(text)), remedy);
        return None;
    }
    Some(origin)
}
