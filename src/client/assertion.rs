//! Client assertions: `private_key_jwt` (RFC 7523, OpenID Connect Core §9).

use chrono::TimeDelta;
use jsonwebtoken::Validation;
use serde::Deserialize;
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::secret::{Hashed, Plain};
use crate::config::PublicKey;

/// The only supported `client_assertion_type` (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The longest accepted assertion in bytes; a longer one is rejected before it is decoded.
const MAX_LEN: usize = 8 * 1024;
/// The accepted difference between a client's clock and ours.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// The longest accepted lifetime. A used assertion is stored until it expires, so this bounds the table.
const MAX_LIFETIME: TimeDelta = TimeDelta::hours(1);

/// A verified assertion. It is accepted once.
#[derive(Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The hash of its `jti`.
    pub jti: Hashed,
    /// When it expires; it is stored until then.
    pub until: Timestamp,
}

#[derive(Deserialize)]
struct AssertionClaims {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    jti: String,
}

/// The client that an assertion names, before its signature is verified ([`verify`]).
pub fn unverified_client_id(assertion: &Plain) -> Option<String> {
    let text = assertion.expose();
    if text.len() > MAX_LEN {
        return None;
    }
    let claims = jsonwebtoken::dangerous::insecure_decode_claims::<AssertionClaims>(text).ok()?;
    (claims.iss == claims.sub).then_some(claims.sub)
}

/// Verifies an assertion of `client_id` whose `aud` is one of `audiences`: our issuer, or the endpoint that it is sent to.
pub fn verify(
    key: &PublicKey,
    client_id: &str,
    assertion: &Plain,
    audiences: &[String],
    now: Timestamp,
) -> Option<Assertion> {
    let text = assertion.expose();
    if text.len() > MAX_LEN {
        return None;
    }
    let header = jsonwebtoken::decode_header(text).ok()?;
    let algorithm = key.algorithms.iter().find(|algorithm| **algorithm == header.alg)?;
    if header.crit.is_some() {
        return None;
    }
    // Times are checked below against `now`, not by the library's own clock.
    let mut rules = Validation::new(*algorithm);
    rules.validate_aud = false;
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    let claims = jsonwebtoken::decode::<AssertionClaims>(text, &key.key, &rules).ok()?.claims;
    let for_us = |audience: &Value| audience.as_str().is_some_and(|one| audiences.iter().any(|ours| ours == one));
    let good_audience = match &claims.aud {
        Value::Array(several) => several.iter().any(for_us),
        one => for_us(one),
    };
    let at = |seconds: i64| Timestamp::from_timestamp(seconds, 0);
    let (until, latest) = (at(claims.exp)? + LEEWAY, now + LEEWAY);
    let timely = until > now
        && until <= latest + MAX_LIFETIME
        && claims.iat.is_none_or(|iat| at(iat).is_some_and(|iat| iat <= latest))
        && claims.nbf.is_none_or(|nbf| at(nbf).is_some_and(|nbf| nbf <= latest));
    let good = claims.iss == client_id && claims.sub == client_id && good_audience && timely && !claims.jti.is_empty();
    good.then(|| Assertion { jti: Hashed::of(&claims.jti), until })
}
