//! Client assertions: `private_key_jwt` (RFC 7523, OpenID Connect Core §9).

use chrono::TimeDelta;
use jsonwebtoken::Validation;
use serde::Deserialize;
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::secret::{Hashed, Plain};
use crate::config::{AssertionAudience, PublicKey};

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
    /// Whether its `aud` is anything but the issuer alone, as RFC 7523bis requires.
    pub names_endpoint: bool,
}

/// Our identifiers that an assertion may have as `aud`.
pub struct Audiences {
    /// The issuer, which is `server.public_url`.
    pub issuer: String,
    /// The token endpoint, and the endpoint that receives the assertion.
    pub endpoints: [String; 2],
}

impl Audiences {
    /// Whether `aud` names an endpoint of ours, or is a list; `None` where the assertion is not for us.
    fn names_endpoint(&self, aud: &Value, accepted: AssertionAudience) -> Option<bool> {
        let is_ours = |one: &Value| {
            let one = one.as_str();
            one == Some(&self.issuer) || self.endpoints.iter().any(|endpoint| one == Some(endpoint))
        };
        match (aud, accepted) {
            (Value::String(one), _) if *one == self.issuer => Some(false),
            (Value::String(_), AssertionAudience::Endpoints) => is_ours(aud).then_some(true),
            // Another recipient in the list could present the assertion here (RFC 7523bis).
            (Value::Array(several), AssertionAudience::Endpoints) if !several.is_empty() => {
                several.iter().all(is_ours).then_some(true)
            }
            _ => None,
        }
    }
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

/// Verifies an assertion of `client_id`. The header `typ` is not required: common clients omit it.
pub fn verify(
    key: &PublicKey,
    client_id: &str,
    assertion: &Plain,
    (audiences, accepted): (&Audiences, AssertionAudience),
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
    let names_endpoint = audiences.names_endpoint(&claims.aud, accepted)?;
    let at = |seconds: i64| Timestamp::from_timestamp(seconds, 0);
    let (until, latest) = (at(claims.exp)? + LEEWAY, now + LEEWAY);
    let timely = until > now
        && until <= latest + MAX_LIFETIME
        && claims.iat.is_none_or(|iat| at(iat).is_some_and(|iat| iat <= latest))
        && claims.nbf.is_none_or(|nbf| at(nbf).is_some_and(|nbf| nbf <= latest));
    let good = claims.iss == client_id && claims.sub == client_id && timely && !claims.jti.is_empty();
    good.then(|| Assertion { jti: Hashed::of(&claims.jti), until, names_endpoint })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// TK-21
    #[test]
    fn an_audience_is_the_issuer_or_an_endpoint_and_nothing_else() {
        let (issuer, token, par) = ("https://me", "https://me/oauth2/token", "https://me/oauth2/par");
        let audiences = Audiences { issuer: issuer.to_owned(), endpoints: [token, par].map(str::to_owned) };
        let other = "https://evil.example";
        for (aud, with_endpoints, with_issuer) in [
            (json!(issuer), Some(false), Some(false)),
            (json!(token), Some(true), None),
            (json!(par), Some(true), None),
            (json!([issuer]), Some(true), None),
            (json!([issuer, token]), Some(true), None),
            (json!([token, issuer, par]), Some(true), None),
            (json!([issuer, other]), None, None),
            (json!([token, 1]), None, None),
            (json!([[issuer]]), None, None),
            (json!([]), None, None),
            (json!(other), None, None),
            (json!("https://me/"), None, None),
            (json!(""), None, None),
            (json!(null), None, None),
            (json!({ "aud": issuer }), None, None),
        ] {
            assert_eq!(audiences.names_endpoint(&aud, AssertionAudience::Endpoints), with_endpoints, "{aud}");
            assert_eq!(audiences.names_endpoint(&aud, AssertionAudience::Issuer), with_issuer, "{aud}");
        }
    }
}
