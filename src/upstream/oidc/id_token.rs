//! The ID token, verified (OpenID Connect Core §3.1.3.7).
//!
//! The signature is checked over the bytes as they came (`signature`); then the library judges the protocol's claims, and
//! what it leaves to its caller is judged here: `nbf`, `azp`, `at_hash`, `auth_time`, the shape of `sub`, and leeway.

use chrono::{SubsecRound, TimeDelta};
use openidconnect::core::{CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJsonWebKey};
use openidconnect::{AccessToken, AccessTokenHash, ClaimsVerificationError, ClientId, IssuerUrl, JsonWebKeySet, Nonce};
use serde_json::{Map, Value};

use super::issuer::{Issuer, Named};
use super::jws::{Jws, Unverified};
use crate::base::clock::Timestamp;
use crate::upstream::{claims, numeric_date};

/// The claims that the library is shown.
const PROTOCOL: [&str; 11] = ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash"];
const REQUIRED: [&str; 5] = ["iss", "sub", "aud", "exp", "iat"];

/// What the token must be.
pub struct Expected<'a> {
    /// Who issued it.
    pub issuer: Issuer<'a>,
    /// Whom it is for.
    pub client_id: &'a str,
    /// The login it belongs to; none for one that a refresh gave, which need not name any (§12.2).
    pub nonce: Option<&'a str>,
    /// How many seconds ago the person may have been authenticated, if that was asked.
    pub max_age: Option<u32>,
    /// The access token that came with it.
    pub access_token: &'a str,
    /// How far the provider's clock may be off.
    pub leeway: TimeDelta,
}

/// What a token says that verified.
#[derive(Debug)]
pub struct Verified {
    /// Who issued it.
    pub issuer: String,
    /// Who it is about, in that issuer's words; 1 to 255 characters without control characters.
    pub sub: String,
    /// Who that is at this provider ([`Named::user`](super::issuer::Named::user)).
    pub user: String,
    /// When the person was authenticated.
    pub auth_time: Option<Timestamp>,
    /// All claims, as they came.
    pub claims: Map<String, Value>,
}

/// Judges what an ID token says at the instant `now`. Its signature was verified, by `key`.
pub fn judge(
    jws: Jws<'_>,
    key: &CoreJsonWebKey,
    named: Named<'_>,
    expected: &Expected,
    now: Timestamp,
) -> Result<Verified, Unverified> {
    let shown = protocol_claims(&jws.payload);
    for name in REQUIRED.into_iter().chain(expected.nonce.map(|_| "nonce")) {
        if !shown.contains_key(name) {
            return Err(format!("has no {name}").into());
        }
    }
    let token: CoreIdToken = jws.with_claims(&shown).parse().map_err(|_| "has a claim of the wrong type")?;
    let claims = protocols_own(&token, &named.issuer, expected, now)?;
    check_not_before(&jws.payload, expected, now)?;
    check_authorized_party(claims, expected)?;
    check_access_token(claims, expected, &jws, key)?;
    check_auth_time(claims, expected, now)?;
    let sub = claims.subject().to_string();
    let user = named.user(&sub);
    check_sub(&sub)?;
    check_sub(&user)?;
    let auth_time = claims.auth_time().map(|time| time.trunc_subsecs(6));
    let issuer = named.issuer.into_owned();
    Ok(Verified { issuer, sub, user, auth_time, claims: jws.payload })
}

/// The protocol's claims, mended where real providers bend them: nulls count as absent, a number is a `sub` too, a lone
/// text is a list of one `amr`, and an `acr` or `amr` of any other shape says nothing.
fn protocol_claims(payload: &Map<String, Value>) -> Map<String, Value> {
    let mend = |name: &str| {
        let value = payload.get(name).filter(|value| !value.is_null())?;
        let mended = match (name, value) {
            ("sub", said) => claims::sub(said).map_or_else(|| said.clone(), Value::String),
            ("acr", other) if !other.is_string() => return None,
            ("amr", Value::String(one)) => Value::Array(vec![Value::String(one.clone())]),
            ("amr", Value::Array(list)) if list.iter().all(Value::is_string) => value.clone(),
            ("amr", _) => return None,
            _ => value.clone(),
        };
        Some((name.to_owned(), mended))
    };
    PROTOCOL.into_iter().filter_map(mend).collect()
}

/// The library's part: `iss`, `aud`, `exp`, `iat`, `nonce`. It is told to leave the signature alone, since that was
/// checked already, over the claims as they came.
fn protocols_own<'t>(
    token: &'t CoreIdToken,
    issuer: &str,
    expected: &Expected,
    now: Timestamp,
) -> Result<&'t CoreIdTokenClaims, Unverified> {
    let issuer = IssuerUrl::new(issuer.to_owned()).map_err(|_| "cannot be held against the issuer")?;
    let client_id = ClientId::new(expected.client_id.to_owned());
    let latest = now + expected.leeway;
    let verifier = CoreIdTokenVerifier::new_public_client(client_id, issuer, JsonWebKeySet::new(vec![]))
        .insecure_disable_signature_check()
        .set_time_fn(move || now - expected.leeway)
        .set_issue_time_verifier_fn(move |iat| if iat > latest { Err(String::new()) } else { Ok(()) });
    let claims = match expected.nonce {
        Some(nonce) => token.claims(&verifier, &Nonce::new(nonce.to_owned())),
        None => token.claims(&verifier, |_: Option<&Nonce>| Ok(())),
    };
    claims.map_err(|error| in_words(&error).into())
}

/// The library's words quote claims; ours do not.
fn in_words(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::InvalidIssuer(_) => "is of another issuer (iss)",
        ClaimsVerificationError::InvalidAudience(_) => "is not for us alone (aud)",
        ClaimsVerificationError::Expired(_) => "is expired or from the future (exp, iat)",
        ClaimsVerificationError::InvalidNonce(_) => "is not of this login (nonce)",
        _ => "does not verify",
    }
}

fn check_not_before(payload: &Map<String, Value>, expected: &Expected, now: Timestamp) -> Result<(), Unverified> {
    let nbf = numeric_date::at(payload, "nbf").map_err(|_| "has an unreadable nbf")?;
    if nbf.is_some_and(|nbf| nbf > now + expected.leeway) { Err("is not valid yet (nbf)".into()) } else { Ok(()) }
}

fn check_authorized_party(claims: &CoreIdTokenClaims, expected: &Expected) -> Result<(), Unverified> {
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
) -> Result<(), Unverified> {
    let Some(at_hash) = claims.access_token_hash() else { return Ok(()) };
    let access_token = AccessToken::new(expected.access_token.to_owned());
    let computed = AccessTokenHash::from_token(&access_token, &jws.algorithm, key);
    if computed.is_ok_and(|computed| computed == *at_hash) {
        Ok(())
    } else {
        Err("is not of this access token (at_hash)".into())
    }
}

/// Where `max_age` was asked for and the provider does not say when the person was authenticated, it is believed: many
/// leave `auth_time` out, and what an app concludes from its absence is the app's business.
fn check_auth_time(claims: &CoreIdTokenClaims, expected: &Expected, now: Timestamp) -> Result<(), Unverified> {
    let Some(auth_time) = claims.auth_time() else { return Ok(()) };
    if auth_time < Timestamp::UNIX_EPOCH || auth_time > now + expected.leeway {
        return Err("is of an authentication that never was (auth_time)".into());
    }
    match expected.max_age {
        Some(max_age) if now - auth_time > TimeDelta::seconds(max_age.into()) + expected.leeway => {
            Err("is of an authentication that is too old (auth_time)".into())
        }
        _ => Ok(()),
    }
}

fn check_sub(sub: &str) -> Result<(), Unverified> {
    if !claims::is_sub(sub) {
        return Err("has an unusable sub".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
