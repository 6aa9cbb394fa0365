//! Reports `server.public_url` as missing if another key has no meaning with its default, the loopback address. Without this,
//! each of these keys would be reported as wrong.

use super::session_cookie::SameSite;
use super::sessions::Sessions;
use super::verify::raw::RawSiteRule;
use crate::config::layer::validator::Validator;
use crate::config::value::public_url::PublicUrl;

const KEY: &str = "server.public_url";
/// The host of the default.
const LOOPBACK: &str = "127.0.0.1";

/// The first key that needs another public URL than the default.
pub(crate) fn needed_by(sessions: &Sessions, rules: &[RawSiteRule]) -> Option<String> {
    if sessions.cookie.domain.is_some() {
        return Some("sessions.cookie.domain".to_owned());
    }
    if sessions.cookie.same_site == SameSite::None {
        return Some("sessions.cookie.same_site".to_owned());
    }
    rules.iter().enumerate().find_map(|(at, rule)| {
        let item = rule.hosts.iter().position(|host| host.split(':').next() != Some(LOOPBACK))?;
        Some(format!("verify.rules[{at}].hosts[{item}]"))
    })
}

/// The public URL, unless it is invalid or missing. A missing one is reported with the key that needs it.
pub(crate) fn check<'u>(
    public_url: &'u PublicUrl,
    needed_by: Option<String>,
    validator: &mut Validator<'_>,
) -> Option<&'u PublicUrl> {
    if validator.is_wrong(KEY) {
        return None;
    }
    let Some(needed_by) = needed_by.filter(|_| !validator.is_given(KEY)) else { return Some(public_url) };
    let remedy = "write the address that browsers use, as \"https://login.example.com\"";
    validator.reject(KEY, format!("is missing, and {needed_by} needs it"), remedy);
    None
}
