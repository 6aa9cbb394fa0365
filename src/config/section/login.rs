//! `[login]`: signing in through a provider.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::origin::origins;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::duration::DurationText;
use crate::config::value::return_to::{BadPattern, ReturnTo};

/// Signing in through a provider.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLogin {
    /// how long a user may take to sign in at the provider
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "1d"))]
    authorization_lifetime: Duration,
    /// absolute URLs allowed after a login; `*` matches within a host label or path segment, `**` across them
    return_to: Vec<String>,
    /// where the browser is sent after a login that names no address
    default_return_to: String,
    /// false: only users who already exist may sign in
    sign_up: bool,
    /// link identities of two providers with `trusts_email` that have the same verified e-mail address
    link_by_verified_email: bool,
    /// CORS: origins whose scripts may use the SPA flow and /session
    allowed_origins: Vec<String>,
    /// SPA flow: refuse an exchange that has neither the binding cookie nor a good `code_verifier`
    require_binding: bool,
}

/// The validated settings of logins.
pub struct Login {
    /// How long a user may take to sign in at the provider.
    pub authorization_lifetime: Duration,
    /// The addresses where a browser may be sent after a login.
    pub return_to: ReturnTo,
    /// The address after a login that names none.
    pub default_return_to: String,
    /// Whether a login may create a user.
    pub sign_up: bool,
    /// Whether a login finds an existing user by verified e-mail address, between two providers with `trusts_email`.
    pub link_by_verified_email: bool,
    /// CORS: origins (`scheme://host[:port]`) whose scripts may use the SPA flow and the session endpoints.
    pub allowed_origins: Vec<String>,
    /// Whether the SPA flow requires the binding cookie.
    pub require_binding: bool,
}

pub(crate) fn validate(raw: &RawLogin, validator: &mut Validator<'_>) -> Option<Login> {
    let return_to = return_to(&raw.return_to, validator);
    let default_return_to = return_to.as_ref().and_then(|policy| {
        let remedy = "write a path, as \"/account\", or an absolute URL that login.return_to allows";
        let address = policy.check(&raw.default_return_to);
        let address = address.ok_or_else(|| format!("{} is not allowed", quoted(&raw.default_return_to)));
        validator.accept("login.default_return_to", address, remedy)
    });
    let allowed_origins = origins("login.allowed_origins", &raw.allowed_origins, validator);
    Some(Login {
        authorization_lifetime: raw.authorization_lifetime,
        return_to: return_to?,
        default_return_to: default_return_to?,
        sign_up: raw.sign_up,
        link_by_verified_email: raw.link_by_verified_email,
        allowed_origins: allowed_origins?,
        require_binding: raw.require_binding,
    })
}

fn return_to(patterns: &[String], validator: &mut Validator<'_>) -> Option<ReturnTo> {
    for (item, pattern) in patterns.iter().enumerate() {
        let Err((_, bad)) = ReturnTo::parse([pattern.as_str()]) else { continue };
        let remedy = match bad {
            BadPattern::Malformed => "write an absolute URL, as \"https://app.example.com\"",
            BadPattern::UnexpectedPart => {
                "write scheme, host and at most a path, as \"https://app.example.com/after-login\""
            }
            BadPattern::TooWide => "write `*` only to the left of your own domain, as \"https://*.apps.example.com\"",
        };
        validator.reject_item("login.return_to", item, format!("{} {bad}", quoted(pattern)), remedy);
    }
    ReturnTo::parse(patterns.iter().map(String::as_str)).ok()
}
