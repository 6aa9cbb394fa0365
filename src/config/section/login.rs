//! `[login]`

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::origin::origins;
use crate::config::layer::findings::{Findings, shown};
use crate::config::value::duration::DURATION;
use crate::config::value::return_to::{BadPattern, ReturnTo};

/// Signing in through a provider.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLogin {
    /// how long someone may stay at the provider
    #[schemars(regex(pattern = DURATION))]
    authorization_lifetime: String,
    /// absolute URLs allowed after login; `*` within a host label or path segment, `**` across
    return_to: Vec<String>,
    /// where people are sent when nobody said
    default_return_to: String,
    /// false: only users already known may enter
    sign_up: bool,
    /// only between providers marked `trusts_email`
    link_by_verified_email: bool,
    /// CORS: other origins whose scripts may use the JSON door and /session
    allowed_origins: Vec<String>,
    /// JSON door: refuse an exchange without the binding cookie
    require_binding: bool,
}

/// `[login]`
pub struct Login {
    /// How long a login may take between us and the provider.
    pub authorization_lifetime: Duration,
    /// Where people may be sent afterwards.
    pub return_to: ReturnTo,
    /// Where they are sent when nobody said.
    pub default_return_to: String,
    /// Whether someone unknown may enter.
    pub sign_up: bool,
    /// Whether a verified address of a provider that is the authority for its domain names a user who is known by another.
    pub link_by_verified_email: bool,
    /// Other origins whose scripts may use the JSON door and the session endpoints: `scheme://host[:port]`.
    pub allowed_origins: Vec<String>,
    /// Whether the JSON door insists on the binding cookie.
    pub require_binding: bool,
}

pub(crate) fn login(raw: &RawLogin, at: &mut Findings<'_>) -> Option<Login> {
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
