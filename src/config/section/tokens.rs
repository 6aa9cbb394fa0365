//! `[tokens]`: lifetimes and contents of the tokens that the gateway issues.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::client::tokens::ClientTokens;
use crate::config::layer::validator::Validator;
use crate::config::value::duration::DurationText;

/// Lifetimes and contents of the tokens that the gateway issues.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// lifetime of an access token
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "3650d"))]
    pub access_lifetime: Duration,
    /// lifetime of an ID token
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "1d"))]
    pub id_lifetime: Duration,
    /// lifetime of an authorization code
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "10m"))]
    pub code_lifetime: Duration,
    /// default `aud` of access tokens; empty: the issuer
    pub audience: Vec<String>,
    /// claims about the user in access tokens, for example `["email", "groups"]`
    pub claims: Vec<UserClaim>,
    /// largest access token in bytes; a login whose token would be larger is refused, and the log names the largest claim
    #[schemars(range(min = 512, max = 7168))]
    pub max_bytes: usize,
    /// largest ID token in bytes: in a larger one the picture is left out, and if that is not enough, the login is refused, and the log names the largest claim
    #[schemars(range(min = 2048, max = 49152))]
    pub id_max_bytes: usize,
    /// the longest lifetimes of all clients' tokens
    #[serde(skip)]
    pub longest: LongestLifetimes,
    /// how long the previous refresh token returns the same successor again
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "0s", "x-to" = "1h"))]
    pub refresh_retry_window: Duration,
    /// after that window, the previous refresh token is accepted once in this time
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1h", "x-to" = "3650d"))]
    pub refresh_forgive_every: Duration,
    /// how long a service may cache a status list
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "1d"))]
    pub status_list_ttl: Duration,
    /// oldest age of the revocation cache; with an older one, requests that need it are answered with 503
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "2s", "x-to" = "10m"))]
    pub revocation_max_age: Duration,
}

/// The longest lifetimes of tokens. What protects against a token has to last as long: a row of the revocation feed, the
/// publication of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LongestLifetimes {
    /// Of an access token.
    pub access: Duration,
    /// Of an ID token.
    pub id: Duration,
}

impl Tokens {
    /// Finds the longest lifetimes: those of `[tokens]`, or of a client's own.
    pub(crate) fn consider<'c>(&mut self, clients: impl Iterator<Item = &'c ClientTokens>) {
        self.longest = LongestLifetimes { access: self.access_lifetime, id: self.id_lifetime };
        for own in clients {
            self.longest.access = self.longest.access.max(own.access_lifetime.unwrap_or_default());
            self.longest.id = self.longest.id.max(own.id_lifetime.unwrap_or_default());
        }
    }

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

pub(crate) fn validate(tokens: &Tokens, validator: &mut Validator<'_>) {
    for (item, _) in tokens.audience.iter().enumerate().filter(|(_, audience)| audience.trim().is_empty()) {
        validator.reject_item("tokens.audience", item, "is empty", "write the audience of the tokens, or remove it");
    }
}
