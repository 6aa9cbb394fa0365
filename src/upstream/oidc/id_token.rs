//! Validating the claims of an ID token (OpenID Connect Core §3.1.3.7).
//!
//! `signature` has already verified the signature. The library checks `iss`, `aud` and `nonce`; this file checks the times,
//! `azp`, `at_hash` and the form of `sub`.

use chrono::{SubsecRound, TimeDelta};
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKey};
use openidconnect::{AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IssuerUrl, JsonWebKeySet, Nonce};
use serde_json::{Map, Value};

use super::issuer::{Issuer, TokenIssuer, other_issuer};
use super::jws::{Jws, TokenError};
use crate::base::clock::Timestamp;
use crate::upstream::{claims, numeric_date};

/// The claims that are passed to the library. A nonstandard value of any other claim would make it reject the token.
const PROTOCOL_CLAIMS: [&str; 11] =
    ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash"];
const REQUIRED: [&str; 5] = ["iss", "sub", "aud", "exp", "iat"];
/// The maximum age of the ID token of a login, by `iat` (OpenID Connect Core §3.1.3.7, step 10).
pub const MAX_AGE: TimeDelta = TimeDelta::minutes(10);

/// The expected values of an ID token.
pub struct Expected<'a> {
    /// The issuer that `iss` must name; at a multi-tenant provider one for each tenant.
    pub issuer: Issuer<'a>,
    /// The only accepted audience (`aud`): the client id at the provider.
    pub client_id: &'a str,
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
    /// All claims, as received.
    pub claims: Map<String, Value>,
}

/// Validates the claims at `now`. `key` has verified the signature.
pub fn validate(
    jws: Jws<'_>,
    key: &CoreJsonWebKey,
    token_issuer: TokenIssuer<'_>,
    expected: &Expected,
    now: Timestamp,
) -> Result<Verified, TokenError> {
    let normalized = protocol_claims(&jws.payload);
    for name in REQUIRED.into_iter().chain(expected.nonce.map(|_| "nonce")) {
        if !normalized.contains_key(name) {
            return Err(format!("has no {name}").into());
        }
    }
    let token: CoreIdToken = jws.with_claims(&normalized).parse().map_err(|_| "has a claim of the wrong type")?;
    let sent_issuer = normalized.get("iss").and_then(Value::as_str).unwrap_or_default();
    let claims = check_with_library(&token, sent_issuer, &token_issuer.issuer, expected)?;
    check_times(claims, expected, now)?;
    check_not_before(&jws.payload, expected, now)?;
    check_authorized_party(claims, expected)?;
    check_access_token(claims, expected, &jws, key)?;
    check_auth_time(claims, expected, now)?;
    let sub = claims.subject().to_string();
    let qualified_sub = token_issuer.qualified_sub(&sub);
    check_sub(&sub)?;
    check_sub(&qualified_sub)?;
    let auth_time = claims.auth_time().map(|time| time.min(now).trunc_subsecs(6));
    let issuer = token_issuer.issuer.into_owned();
    Ok(Verified { issuer, sub, qualified_sub, auth_time, claims: jws.payload })
}

/// The protocol claims, normalized: nulls count as absent, an integer is accepted as `sub`, a string as `amr` becomes an array,
/// and an `acr` or `amr` of any other type is ignored.
fn protocol_claims(payload: &Map<String, Value>) -> Map<String, Value> {
    let normalize = |name: &str| {
        let value = payload.get(name).filter(|value| !value.is_null())?;
        let normalized = match (name, value) {
            ("sub", sub) => claims::sub(sub).map_or_else(|| sub.clone(), Value::String),
            ("acr", other) if !other.is_string() => return None,
            ("amr", Value::String(one)) => Value::Array(vec![Value::String(one.clone())]),
            ("amr", Value::Array(list)) if list.iter().all(Value::is_string) => value.clone(),
            ("amr", _) => return None,
            _ => value.clone(),
        };
        Some((name.to_owned(), normalized))
    };
    PROTOCOL_CLAIMS.into_iter().filter_map(normalize).collect()
}

/// Lets the library check `iss`, `aud` and `nonce`. Its other checks are disabled: the signature is already verified, over the
/// claims as received, and [`check_times`] checks the times.
fn check_with_library<'t>(
    token: &'t CoreIdToken,
    sent_issuer: &str,
    issuer: &str,
    expected: &Expected,
) -> Result<&'t CoreIdTokenClaims, TokenError> {
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|_| "cannot be compared with the issuer")?;
    let client_id = ClientId::new(expected.client_id.to_owned());
    let verifier = CoreIdTokenVerifier::new_public_client(client_id, issuer.clone(), JsonWebKeySet::new(vec![]))
        .insecure_disable_signature_check()
        .set_time_fn(|| Timestamp::MIN_UTC)
        .set_issue_time_verifier_fn(|_| Ok(()));
    let claims = match expected.nonce {
        Some(nonce) => token.claims(&verifier, &Nonce::new(nonce.to_owned())),
        None => token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
    };
    claims.map_err(|error| match error {
        ClaimsVerificationError::InvalidIssuer(_) => other_issuer(sent_issuer, issuer.as_str()).into(),
        other => describe(&other).into(),
    })
}

/// An explanation for the operator. The library's own messages are not used, because they quote claims.
fn describe(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::InvalidAudience(_) => "is not for us alone (aud)",
        ClaimsVerificationError::InvalidNonce(_) => "is not of this login (nonce)",
        _ => "does not verify",
    }
}

/// Checks `exp` and `iat`. Each explanation has the number of seconds, since a wrong clock is the usual cause.
fn check_times(claims: &CoreIdTokenClaims, expected: &Expected, now: Timestamp) -> Result<(), TokenError> {
    let (exp, iat, leeway) = (claims.expiration(), claims.issue_time(), expected.leeway);
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
    Ok(())
}

/// The number of seconds, rounded up.
fn seconds(delta: TimeDelta) -> i64 {
    delta.num_seconds() + i64::from(delta.subsec_nanos() > 0)
}

fn check_not_before(payload: &Map<String, Value>, expected: &Expected, now: Timestamp) -> Result<(), TokenError> {
    let nbf = numeric_date::read(payload, "nbf").map_err(|_| "has an unreadable nbf")?;
    match nbf {
        Some(nbf) if nbf > now + expected.leeway => {
            let (wait, leeway) = (seconds(nbf - now), expected.leeway.num_seconds());
            Err(TokenError::Clock(format!("is not valid for another {wait} s (nbf); leeway is {leeway} s")))
        }
        _ => Ok(()),
    }
}

fn check_authorized_party(claims: &CoreIdTokenClaims, expected: &Expected) -> Result<(), TokenError> {
    match claims.authorized_party() {
        Some(azp) if azp.as_str() != expected.client_id => Err("was issued to another client (azp)".into()),
        _ => Ok(()),
    }
}

fn check_access_token(
    claims: &CoreIdTokenClaims,
    expected: &Expected,
    jws: &Jws,
    key: &CoreJsonWebKey,
) -> Result<(), TokenError> {
    let Some(at_hash) = claims.access_token_hash() else { return Ok(()) };
    let access_token = AccessToken::new(expected.access_token.to_owned());
    let computed = AccessTokenHash::from_token(&access_token, &jws.algorithm, key);
    if computed.is_ok_and(|computed| computed == *at_hash) {
        Ok(())
    } else {
        Err("is not of this access token (at_hash)".into())
    }
}

/// Checks `auth_time` if it is present. One in the future is of a clock that is fast, and counts as now. Many providers omit it even when `max_age` was requested; apps see its absence.
fn check_auth_time(claims: &CoreIdTokenClaims, expected: &Expected, now: Timestamp) -> Result<(), TokenError> {
    let Some(auth_time) = claims.auth_time() else { return Ok(()) };
    if auth_time < Timestamp::UNIX_EPOCH {
        return Err("is of an impossible authentication time (auth_time)".into());
    }
    match expected.max_age {
        Some(max_age) if now - auth_time > TimeDelta::seconds(max_age.into()) + expected.leeway => {
            let age = seconds(now - auth_time);
            Err(format!(
                "is of an authentication {age} s ago (auth_time), and max_age is {max_age} s; leeway is {} s",
                expected.leeway.num_seconds()
            )
            .into())
        }
        _ => Ok(()),
    }
}

fn check_sub(sub: &str) -> Result<(), TokenError> {
    if !claims::is_sub(sub) {
        return Err("has an unusable sub".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
