//! `[login]`: signing in through a provider.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::origin::origins;
use crate::config::layer::validator::{Validator, quoted};
use crate::config::value::duration::DurationText;
use crate::config::value::return_to::{BadPattern, ReturnTo};

/// Signing in through a provider.
// Not `deny_unknown_fields`, which serde cannot combine with `flatten`: the check of the layers refuses unknown keys.
#[derive(Deserialize, JsonSchema)]
#[schemars(extend("additionalProperties" = false))]
pub(crate) struct RawLogin {
    /// absolute URLs allowed after a login; `*` matches within a host label or path segment, `**` across them
    return_to: Vec<String>,
    /// The keys that mean what is written.
    #[serde(flatten)]
    login: Login,
}

/// Signing in through a provider.
#[derive(Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a key of the table")]
pub struct Login {
    /// how long a user may take to sign in at the provider
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "1d"))]
    pub authorization_lifetime: Duration,
    /// The URLs to which a browser may be redirected after a login.
    #[serde(skip)]
    pub return_to: ReturnTo,
    /// the path or URL to which the browser is sent after a login without `return_to`
    pub default_return_to: String,
    /// a person may delete their own account, at /account/delete
    pub self_deletion: bool,
    /// false: only users who already exist may sign in
    pub sign_up: bool,
    /// link identities of two providers with `trusts_email` that have the same verified e-mail address
    pub link_by_verified_email: bool,
    /// CORS: origins whose scripts may use the SPA flow and /session
    pub allowed_origins: Vec<String>,
    /// SPA flow: refuse an exchange that has neither the binding cookie nor a good `code_verifier`
    pub require_binding: bool,
}

pub(crate) fn validate(raw: RawLogin, validator: &mut Validator<'_>) -> Option<Login> {
    let RawLogin { return_to: patterns, login } = raw;
    let return_to = return_to(&patterns, validator);
    let default_return_to = return_to.as_ref().and_then(|policy| {
        let remedy = "write a path, as \"/account\", or an absolute URL that login.return_to allows";
        let address = policy.check(&login.default_return_to);
        let address = address.ok_or_else(|| format!("{} is not allowed", quoted(&login.default_return_to)));
        validator.accept("login.default_return_to", address, remedy)
    });
    let allowed_origins = origins("login.allowed_origins", &login.allowed_origins, validator);
    Some(Login {
        return_to: return_to?,
        default_return_to: default_return_to?,
        allowed_origins: allowed_origins?,
        ..login
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
