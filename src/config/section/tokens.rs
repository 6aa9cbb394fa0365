//! `[tokens]`: lifetimes and contents of the tokens that the gateway issues.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::validator::Validator;
use crate::config::value::duration::DURATION;

/// Lifetimes and contents of the tokens that the gateway issues.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTokens {
    /// lifetime of an access token
    #[schemars(regex(pattern = DURATION))]
    access_lifetime: String,
    /// lifetime of an ID token
    #[schemars(regex(pattern = DURATION))]
    id_lifetime: String,
    /// lifetime of an authorization code
    #[schemars(regex(pattern = DURATION))]
    code_lifetime: String,
    /// default `aud` of access tokens; empty: the issuer
    audience: Vec<String>,
    /// claims about the user in access tokens, as `["email", "groups"]`
    claims: Vec<UserClaim>,
    /// largest access token in bytes; a login whose token would be larger is refused, and the log names the largest claim
    #[schemars(range(min = 512, max = 7168))]
    max_bytes: u32,
    /// how long the previous refresh token returns the same successor again
    #[schemars(regex(pattern = DURATION))]
    refresh_retry_window: String,
    /// after that window, the previous refresh token is accepted once in this time
    #[schemars(regex(pattern = DURATION))]
    refresh_forgive_every: String,
    /// how long a service may cache a status list
    #[schemars(regex(pattern = DURATION))]
    status_list_ttl: String,
    /// oldest age of the revocation cache; with an older one, requests that need it are answered with 503
    #[schemars(regex(pattern = DURATION))]
    revocation_max_age: String,
}

/// The validated settings of tokens.
pub struct Tokens {
    /// Lifetime of an access token.
    pub access_lifetime: Duration,
    /// Lifetime of an ID token.
    pub id_lifetime: Duration,
    /// Lifetime of an authorization code.
    pub code_lifetime: Duration,
    /// Default `aud` of access tokens; empty: the issuer.
    pub audience: Vec<String>,
    /// The claims about the user in access tokens.
    pub claims: Vec<UserClaim>,
    /// The largest access token in bytes. A login whose token would be larger is refused.
    pub max_bytes: usize,
    /// How long the previous refresh token returns the same successor again.
    pub refresh_retry_window: Duration,
    /// After that window, the previous refresh token is accepted once in this time.
    pub refresh_forgive_every: Duration,
    /// How long a service may cache a status list.
    pub status_list_ttl: Duration,
    /// The oldest age of the revocation cache at which requests that need it are answered.
    pub revocation_max_age: Duration,
}

impl Tokens {
    /// Lifetime of a Status List Token: one `ttl` in our cache, one in that of a service, and one as reserve.
    pub fn status_list_lifetime(&self) -> Duration {
        self.status_list_ttl.max(Duration::from_secs(1)).saturating_mul(3)
    }
}

/// A claim about the user that access tokens can contain (OpenID Connect Core §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserClaim {
    /// `email`: the e-mail address.
    Email,
    /// `email_verified`: whether the provider verified the address.
    EmailVerified,
    /// `name`: the full name.
    Name,
    /// `preferred_username`: the user name that the user prefers.
    PreferredUsername,
    /// `picture`: the URL of a picture.
    Picture,
    /// `groups`: the names of the user's groups.
    Groups,
}

pub(crate) fn validate(raw: RawTokens, validator: &mut Validator<'_>) -> Option<Tokens> {
    let access_lifetime = validator.duration("tokens.access_lifetime", &raw.access_lifetime, "1s", "3650d");
    let id_lifetime = validator.duration("tokens.id_lifetime", &raw.id_lifetime, "1s", "1d");
    let code_lifetime = validator.duration("tokens.code_lifetime", &raw.code_lifetime, "1s", "10m");
    for (item, _) in raw.audience.iter().enumerate().filter(|(_, audience)| audience.trim().is_empty()) {
        validator.reject_item("tokens.audience", item, "is empty", "write the audience of the tokens, or remove it");
    }
    let refresh_retry_window = validator.duration("tokens.refresh_retry_window", &raw.refresh_retry_window, "0s", "1h");
    let refresh_forgive_every =
        validator.duration("tokens.refresh_forgive_every", &raw.refresh_forgive_every, "1h", "3650d");
    let status_list_ttl = validator.duration("tokens.status_list_ttl", &raw.status_list_ttl, "1s", "1d");
    let revocation_max_age = validator.duration("tokens.revocation_max_age", &raw.revocation_max_age, "2s", "10m");
    Some(Tokens {
        access_lifetime: access_lifetime?,
        id_lifetime: id_lifetime?,
        code_lifetime: code_lifetime?,
        audience: raw.audience,
        claims: raw.claims,
        max_bytes: usize::try_from(raw.max_bytes).ok()?,
        refresh_retry_window: refresh_retry_window?,
        refresh_forgive_every: refresh_forgive_every?,
        status_list_ttl: status_list_ttl?,
        revocation_max_age: revocation_max_age?,
    })
}
