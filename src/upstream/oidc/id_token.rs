//! Validating the claims of an ID token (OpenID Connect Core §3.1.3.7), after its signature.
//!
//! Values that real providers send are accepted in another form if that changes no meaning: times as digits in a
//! string, an integer as `sub`, and an empty `azp` or `at_hash`, which counts as absent. An optional claim with any
//! other value counts as absent too, unless it restricts the token.

use chrono::{SubsecRound, TimeDelta};
use serde_json::{Map, Value};

use super::audience::Audience;
use super::issuer::{Issuer, TokenIssuer, other_issuer};
use super::token_error::TokenError;
use crate::base::clock::Timestamp;
use crate::base::jws::{Form, Jws, JwsAlgorithm};
use crate::upstream::{claims, numeric_date};

/// The form of an ID token. A picture in it may be an image of any size; it is stored by its URL only.
pub const FORM: Form =
    Form { types: &["jwt", "jose"], max_bytes: 64 * 1024, droppable: Some(("picture", 1024 * 1024)) };
/// The maximum age of the ID token of a login, by `iat` (OpenID Connect Core §3.1.3.7, step 10).
pub const MAX_AGE: TimeDelta = TimeDelta::minutes(10);

/// The expected values of an ID token.
pub struct Expected<'a> {
    /// The issuer that `iss` must name; at a multi-tenant provider one for each tenant.
    pub issuer: Issuer<'a>,
    /// The accepted audiences (`aud`): the client id at the provider, and those that are trusted beside it.
    pub audience: Audience<'a>,
    /// The nonce of the login; `None` after a refresh, whose ID token may omit it (§12.2).
    pub nonce: Option<&'a str>,
    /// The requested `max_age` in seconds, if any.
    pub max_age: Option<u32>,
    /// The access token of the same response, for `at_hash`.
    pub access_token: &'a str,
    /// The accepted difference between the clocks of provider and gateway.
    pub leeway: TimeDelta,
}

/// A verified ID token.
#[derive(Debug)]
pub struct Verified {
    /// The `iss` claim: at a multi-tenant provider the issuer of the tenant.
    pub issuer: String,
    /// The `sub` claim, 1 to 255 characters without control characters.
    pub sub: String,
    /// The unique subject identifier at this provider
    /// ([`TokenIssuer::qualified_sub`](super::issuer::TokenIssuer::qualified_sub)).
    pub qualified_sub: String,
    /// The `auth_time` claim, truncated to microseconds; `None` if the provider omits it.
    pub auth_time: Option<Timestamp>,
    /// The algorithm of the signature.
    pub algorithm: JwsAlgorithm,
    /// All claims, as received.
    pub claims: Map<String, Value>,
}

/// Validates the claims at `now`. The signature is verified before.
pub fn validate(
    jws: Jws<'_>,
    token_issuer: TokenIssuer<'_>,
    expected: &Expected,
    now: Timestamp,
) -> Result<Verified, TokenError> {
    let claims = &jws.payload;
    check_issuer(claims, &token_issuer)?;
    check_audience(claims, expected)?;
    check_nonce(claims, expected)?;
    check_times(claims, expected, now)?;
    check_access_token(&jws, expected)?;
    let auth_time = auth_time(claims, expected, now)?;
    let (sub, qualified_sub) = subject(claims, &token_issuer)?;
    let issuer = token_issuer.issuer.into_owned();
    Ok(Verified { issuer, sub, qualified_sub, auth_time, algorithm: jws.algorithm, claims: jws.payload })
}

/// The claims of a token that cannot be verified now, and its unique subject identifier, after the check of `iss` and `aud`. Only
/// for a token that came from the token endpoint over TLS (OpenID Connect Core §3.1.3.7, step 6).
pub fn read_unverified(token: &str, expected: &Expected) -> Result<(String, Map<String, Value>), TokenError> {
    let jws = Jws::read(token, &FORM)?;
    let token_issuer = expected.issuer.of_token(&jws.payload)?;
    check_issuer(&jws.payload, &token_issuer)?;
    check_audience(&jws.payload, expected)?;
    let (_, qualified_sub) = subject(&jws.payload, &token_issuer)?;
    Ok((qualified_sub, jws.payload))
}

/// Compares `iss` byte by byte (step 2).
fn check_issuer(claims: &Map<String, Value>, token_issuer: &TokenIssuer<'_>) -> Result<(), TokenError> {
    let iss = text(claims, "iss")?.ok_or("has no iss")?;
    if iss == token_issuer.issuer { Ok(()) } else { Err(other_issuer(iss, &token_issuer.issuer).into()) }
}

/// The `sub` claim, and the unique subject identifier at the provider.
fn subject(claims: &Map<String, Value>, token_issuer: &TokenIssuer<'_>) -> Result<(String, String), TokenError> {
    let sub = present(claims, "sub").ok_or("has no sub")?;
    let sub = claims::sub(sub).ok_or("has a sub of the wrong type")?;
    let qualified_sub = token_issuer.qualified_sub(&sub);
    if !claims::is_sub(&sub) || !claims::is_sub(&qualified_sub) {
        return Err("has an unusable sub".into());
    }
    Ok((sub, qualified_sub))
}

/// A claim; a null counts as absent.
fn present<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c Value> {
    claims.get(name).filter(|value| !value.is_null())
}

/// A claim whose value is a string.
fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Result<Option<&'c str>, TokenError> {
    let wrong_type = || TokenError::from(format!("has a claim of the wrong type ({name})"));
    present(claims, name).map(|value| value.as_str().ok_or_else(wrong_type)).transpose()
}

/// Checks `aud` and `azp` (steps 3 to 5). With further audiences, `azp` must say that the token was issued to this client.
fn check_audience(claims: &Map<String, Value>, expected: &Expected) -> Result<(), TokenError> {
    let has_others = expected.audience.check(present(claims, "aud").ok_or("has no aud")?)?;
    match text(claims, "azp")?.filter(|azp| !azp.is_empty()) {
        Some(azp) if azp != expected.audience.client_id() => Err("was issued to another client (azp)".into()),
        None if has_others => {
            Err("has further audiences (aud), and does not say to which client it was issued (azp)".into())
        }
        _ => Ok(()),
    }
}

fn check_nonce(claims: &Map<String, Value>, expected: &Expected) -> Result<(), TokenError> {
    let Some(expected) = expected.nonce else { return Ok(()) };
    match text(claims, "nonce")? {
        Some(nonce) if nonce == expected => Ok(()),
        Some(_) => Err("is not of this login (nonce)".into()),
        None => Err("has no nonce".into()),
    }
}

fn time(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, TokenError> {
    numeric_date::read(claims, name).map_err(|_| format!("has a claim of the wrong type ({name})").into())
}

/// Checks `exp`, `iat` and `nbf`. Each explanation has the number of seconds, since a wrong clock is the usual cause.
fn check_times(claims: &Map<String, Value>, expected: &Expected, now: Timestamp) -> Result<(), TokenError> {
    let (exp, iat) = (time(claims, "exp")?.ok_or("has no exp")?, time(claims, "iat")?.ok_or("has no iat")?);
    let leeway = expected.leeway;
    let allowed = format!("leeway is {} s", leeway.num_seconds());
    if exp <= now - leeway {
        return Err(TokenError::Clock(format!("expired {} s ago (exp); {allowed}", seconds(now - exp))));
    }
    if iat > now + leeway {
        return Err(TokenError::Clock(format!("was issued {} s in the future (iat); {allowed}", seconds(iat - now))));
    }
    let age = now - iat;
    // Only the response of a login must be new. A provider may repeat the ID token of the login at a refresh.
    if expected.nonce.is_some() && age > MAX_AGE + leeway {
        let (age, beyond) = (seconds(age), seconds(age - MAX_AGE - leeway));
        return Err(TokenError::Clock(format!(
            "was issued {age} s ago (iat), {beyond} s more than 10 minutes and leeway; {allowed}"
        )));
    }
    match time(claims, "nbf")? {
        Some(nbf) if nbf > now + leeway => {
            Err(TokenError::Clock(format!("is not valid for another {} s (nbf); {allowed}", seconds(nbf - now))))
        }
        _ => Ok(()),
    }
}

/// The number of seconds, rounded up.
pub fn seconds(delta: TimeDelta) -> i64 {
    delta.num_seconds() + i64::from(delta.subsec_nanos() > 0)
}

fn check_access_token(jws: &Jws<'_>, expected: &Expected) -> Result<(), TokenError> {
    match text(&jws.payload, "at_hash")?.filter(|at_hash| !at_hash.is_empty()) {
        Some(at_hash) if at_hash != jws.algorithm.half_hash(expected.access_token) => {
            Err("is not of this access token (at_hash)".into())
        }
        _ => Ok(()),
    }
}

/// The `auth_time`, checked against `max_age`. One that cannot be read counts as absent, and one in the future as now. Many
/// providers omit it even when `max_age` was requested; apps see its absence.
fn auth_time(
    claims: &Map<String, Value>,
    expected: &Expected,
    now: Timestamp,
) -> Result<Option<Timestamp>, TokenError> {
    let read = numeric_date::read(claims, "auth_time").ok().flatten();
    let Some(auth_time) = read.filter(|time| *time >= Timestamp::UNIX_EPOCH) else { return Ok(None) };
    match expected.max_age {
        Some(max_age) if now - auth_time > TimeDelta::seconds(max_age.into()) + expected.leeway => {
            let (age, leeway) = (seconds(now - auth_time), expected.leeway.num_seconds());
            Err(format!(
                "is of an authentication {age} s ago (auth_time), and max_age is {max_age} s; leeway is {leeway} s"
            )
            .into())
        }
        _ => Ok(Some(auth_time.min(now).trunc_subsecs(6))),
    }
}

#[cfg(test)]
mod tests;
