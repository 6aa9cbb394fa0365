//! A client that signs what it shows (`private_key_jwt`: RFC 7523, OpenID Connect Core §9).

use chrono::TimeDelta;
use jsonwebtoken::Validation;
use serde::Deserialize;
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::secret::{Hashed, Plain};
use crate::config::PublicKey;

/// `client_assertion_type`.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Longer ones are refused before anything is decoded.
const MAX_LEN: usize = 8 * 1024;
/// What a client's clock and ours may differ by.
const LEEWAY: TimeDelta = TimeDelta::seconds(60);
/// Nobody needs one for longer, and so long a used one is remembered.
const LONGEST: TimeDelta = TimeDelta::hours(1);

/// An assertion that verified. It counts once.
#[derive(Debug, PartialEq, Eq)]
pub struct Assertion {
    /// The hash of its id.
    pub jti: Hashed,
    /// How long it would be good: remembered until then.
    pub until: Timestamp,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    jti: String,
}

/// Whom an assertion says that it is of. It is not to be believed before [`verify`].
pub fn named(assertion: &Plain) -> Option<String> {
    let text = assertion.expose();
    if text.len() > MAX_LEN {
        return None;
    }
    let claims = jsonwebtoken::dangerous::insecure_decode_claims::<Claims>(text).ok()?;
    (claims.iss == claims.sub).then_some(claims.sub)
}

/// Verifies an assertion of that client, for one of `audiences`: our issuer, or the endpoint it is shown to.
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
    // Time is judged below, by the clock that was handed in.
    let mut rules = Validation::new(*algorithm);
    rules.validate_aud = false;
    rules.validate_exp = false;
    rules.validate_nbf = false;
    rules.set_required_spec_claims(&["iss", "sub", "aud", "exp"]);
    let claims = jsonwebtoken::decode::<Claims>(text, &key.key, &rules).ok()?.claims;
    let for_us = |audience: &Value| audience.as_str().is_some_and(|one| audiences.iter().any(|ours| ours == one));
    let good_audience = match &claims.aud {
        Value::Array(several) => several.iter().any(for_us),
        one => for_us(one),
    };
    let at = |seconds: i64| Timestamp::from_timestamp(seconds, 0);
    let (until, latest) = (at(claims.exp)? + LEEWAY, now + LEEWAY);
    let timely = until > now
        && until <= latest + LONGEST
        && claims.iat.is_none_or(|iat| at(iat).is_some_and(|iat| iat <= latest))
        && claims.nbf.is_none_or(|nbf| at(nbf).is_some_and(|nbf| nbf <= latest));
    let good = claims.iss == client_id && claims.sub == client_id && good_audience && timely && !claims.jti.is_empty();
    good.then(|| Assertion { jti: Hashed::of(&claims.jti), until })
}
