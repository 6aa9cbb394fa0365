//! `[tokens]`

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::findings::Findings;
use crate::config::value::duration::DURATION;

/// The tokens that we issue.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawTokens {
    /// life of an access token
    #[schemars(regex(pattern = DURATION))]
    access_lifetime: String,
    /// life of an ID token
    #[schemars(regex(pattern = DURATION))]
    id_lifetime: String,
    /// how long an app may take to redeem a code
    #[schemars(regex(pattern = DURATION))]
    code_lifetime: String,
    /// default `aud` of access tokens; empty: the issuer
    audience: Vec<String>,
    /// user claims copied into access tokens, as `["email", "groups"]`
    claims: Vec<UserClaim>,
    /// a token that would be larger is refused at login, with a log line saying which claim grew
    #[schemars(range(min = 512, max = 7168))]
    max_bytes: u32,
    /// the last refresh token but one gives the same successor again for this long
    #[schemars(regex(pattern = DURATION))]
    refresh_retry_window: String,
    /// and once in this time also later
    #[schemars(regex(pattern = DURATION))]
    refresh_forgive_every: String,
    /// how long a service may keep a status list
    #[schemars(regex(pattern = DURATION))]
    status_list_ttl: String,
    /// how old the last look at the revocation feed may be; older answers 503
    #[schemars(regex(pattern = DURATION))]
    revocation_max_age: String,
}

/// `[tokens]`
pub struct Tokens {
    /// Life of an access token.
    pub access_lifetime: Duration,
    /// Life of an ID token.
    pub id_lifetime: Duration,
    /// How long an app may take to redeem a code.
    pub code_lifetime: Duration,
    /// Default `aud` of access tokens; empty: the issuer.
    pub audience: Vec<String>,
    /// What access tokens say of the person.
    pub claims: Vec<UserClaim>,
    /// The largest access token that a login may lead to, in bytes.
    pub max_bytes: usize,
    /// How long the last refresh token but one gives the same successor again.
    pub refresh_retry_window: Duration,
    /// How often one that comes later than that is forgiven.
    pub refresh_forgive_every: Duration,
    /// How long a service may keep a status list.
    pub status_list_ttl: Duration,
    /// How old the last look at the revocation feed may be.
    pub revocation_max_age: Duration,
}

impl Tokens {
    /// Life of a Status List Token: one `ttl` that we keep it, one that a service keeps it, and one to spare.
    pub fn status_list_lifetime(&self) -> Duration {
        self.status_list_ttl.max(Duration::from_secs(1)).saturating_mul(3)
    }
}

/// A claim about a person that access tokens can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserClaim {
    /// E-mail address.
    Email,
    /// Whether a provider vouches for the address.
    EmailVerified,
    /// Full name.
    Name,
    /// What the person likes to be called.
    PreferredUsername,
    /// Address of a picture.
    Picture,
    /// Names of groups.
    Groups,
}

pub(crate) fn tokens(raw: RawTokens, at: &mut Findings<'_>) -> Option<Tokens> {
    let access_lifetime = at.duration("tokens.access_lifetime", &raw.access_lifetime, "1s", "3650d");
    let id_lifetime = at.duration("tokens.id_lifetime", &raw.id_lifetime, "1s", "1d");
    let code_lifetime = at.duration("tokens.code_lifetime", &raw.code_lifetime, "1s", "10m");
    for (item, _) in raw.audience.iter().enumerate().filter(|(_, audience)| audience.trim().is_empty()) {
        at.refuse_item("tokens.audience", item, "is empty", "write who the tokens are for, or leave it out");
    }
    let refresh_retry_window = at.duration("tokens.refresh_retry_window", &raw.refresh_retry_window, "0s", "1h");
    let refresh_forgive_every = at.duration("tokens.refresh_forgive_every", &raw.refresh_forgive_every, "1h", "3650d");
    let status_list_ttl = at.duration("tokens.status_list_ttl", &raw.status_list_ttl, "1s", "1d");
    let revocation_max_age = at.duration("tokens.revocation_max_age", &raw.revocation_max_age, "2s", "10m");
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
