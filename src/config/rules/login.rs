//! `[login]`

use url::Url;

use crate::config::findings::{Findings, shown};
use crate::config::public_url::is_loopback;
use crate::config::raw;
use crate::config::return_to::{BadPattern, ReturnTo};
use crate::config::settings::Login;

pub(super) fn login(raw: &raw::Login, at: &mut Findings<'_>) -> Option<Login> {
    let lifetime = at.duration("login.authorization_lifetime", &raw.authorization_lifetime, "1s", "1d");
    let return_to = return_to(&raw.return_to, at);
    let default_return_to = return_to.as_ref().and_then(|policy| {
        let remedy = "write a path, as \"/account\", or an absolute URL that login.return_to allows";
        let address = policy.check(&raw.default_return_to);
        let address = address.ok_or_else(|| format!("{} is not allowed", shown(&raw.default_return_to)));
        at.accept("login.default_return_to", address, remedy)
    });
    let allowed_origins = origins("login.allowed_origins", &raw.allowed_origins, at);
    Some(Login {
        authorization_lifetime: lifetime?,
        return_to: return_to?,
        default_return_to: default_return_to?,
        sign_up: raw.sign_up,
        link_by_verified_email: raw.link_by_verified_email,
        allowed_origins: allowed_origins?,
        require_binding: raw.require_binding,
    })
}

fn return_to(patterns: &[String], at: &mut Findings<'_>) -> Option<ReturnTo> {
    for (item, pattern) in patterns.iter().enumerate() {
        let Err((_, bad)) = ReturnTo::parse([pattern.as_str()]) else { continue };
        let remedy = match bad {
            BadPattern::Shape => "write an absolute URL, as \"https://app.example.com\"",
            BadPattern::Surplus => "write scheme, host and at most a path, as \"https://app.example.com/after-login\"",
            BadPattern::TooWide => "write `*` only left of a domain of yours, as \"https://*.apps.example.com\"",
        };
        at.refuse_item("login.return_to", item, format!("{} {bad}", shown(pattern)), remedy);
    }
    ReturnTo::parse(patterns.iter().map(String::as_str)).ok()
}

/// `login.allowed_origins`, and that of a client.
pub(super) fn origins(key: &str, texts: &[String], at: &mut Findings<'_>) -> Option<Vec<String>> {
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
