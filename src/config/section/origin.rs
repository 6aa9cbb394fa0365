//! Origins, in `[login]` and of clients.

use url::Url;

use crate::config::layer::findings::{Findings, shown};
use crate::config::value::public_url::is_loopback;

/// `login.allowed_origins`, and that of a client.
pub(crate) fn origins(key: &str, texts: &[String], at: &mut Findings<'_>) -> Option<Vec<String>> {
    let origins: Vec<_> = texts.iter().enumerate().map(|(item, text)| origin(key, item, text, at)).collect();
    origins.into_iter().collect()
}

/// An origin as browsers write it.
fn origin(key: &str, item: usize, text: &str, at: &mut Findings<'_>) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = url else {
        let what = format!("{} is not an origin", shown(text));
        at.refuse_item(key, item, what, "write each origin out, as \"https://app.example.com\"");
        return None;
    };
    let origin = url.origin().ascii_serialization();
    let after_scheme = text.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    if after_scheme.contains(['/', '?', '#', '@', '\\', '*']) || after_scheme.is_empty() {
        let what = format!("{} is more than an origin", shown(text));
        at.refuse_item(key, item, what, format!("write \"{}\"", origin.replace('*', "app")));
        return None;
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        let remedy = "write https://; http is for 127.0.0.1, [::1] and localhost only";
        at.refuse_item(key, item, format!("{} is http off loopback", shown(text)), remedy);
        return None;
    }
    Some(origin)
}
