//! Client assertions: `private_key_jwt` (RFC 7523, OpenID Connect Core §9).

use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::by_url::ClientKeys;
use crate::base::clock::Timestamp;
use crate::base::jws::{Form, Jws};
use crate::base::secret::{Hashed, Plain};
use crate::config::{AssertionAudience, AssertionKey};

/// The only supported `client_assertion_type` (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// The form of an assertion, at most 8 KiB. Any `typ` is accepted: common clients omit it, and RFC 7523bis has its own.
const FORM: Form = Form { types: &[], max_bytes: 8 * 1024, droppable: None };
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
    /// Whether `aud` names an endpoint of ours, or is a list; `None` if the assertion is not for us.
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

/// The claims of an assertion, by RFC 7523 §3.
struct AssertionClaims<'c> {
    client_id: &'c str,
    aud: &'c Value,
    exp: i64,
    iat: Option<i64>,
    nbf: Option<i64>,
    jti: &'c str,
}

impl<'c> AssertionClaims<'c> {
    /// Reads the claims. `None` if one is missing or of the wrong type, or `iss` is not `sub`.
    fn read(claims: &'c Map<String, Value>) -> Option<Self> {
        let text = |name: &str| claims.get(name)?.as_str();
        let optional = |name: &str| match claims.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(time) => time.as_i64().map(Some),
        };
        let client_id = text("sub").filter(|sub| text("iss") == Some(sub))?;
        let (exp, iat, nbf) = (claims.get("exp")?.as_i64()?, optional("iat")?, optional("nbf")?);
        Some(Self { client_id, aud: claims.get("aud")?, exp, iat, nbf, jti: text("jti")? })
    }
}

/// The client that an assertion names, before its signature is verified ([`verify`]).
pub fn unverified_client_id(assertion: &Plain) -> Option<String> {
    let jws = Jws::read(assertion.expose(), &FORM).ok()?;
    AssertionClaims::read(&jws.payload).map(|claims| claims.client_id.to_owned())
}

/// Verifies an assertion of `client_id`.
pub fn verify(
    key: &AssertionKey,
    client_id: &str,
    assertion: &Plain,
    (audiences, accepted): (&Audiences, AssertionAudience),
    now: Timestamp,
) -> Option<Assertion> {
    let is_signed = |jws: &Jws<'_>| key.for_algorithm(jws.algorithm).is_some_and(|key| jws.is_signed_by(key));
    verify_signed(is_signed, client_id, assertion, (audiences, accepted), now)
}

/// Verifies an assertion of a client by URL.
pub fn verify_by_keys(
    keys: &ClientKeys,
    client_id: &str,
    assertion: &Plain,
    audiences: &Audiences,
    now: Timestamp,
) -> Option<Assertion> {
    let accepted = (audiences, AssertionAudience::Endpoints);
    verify_signed(|jws| keys.have_signed(jws), client_id, assertion, accepted, now)
}

fn verify_signed(
    is_signed: impl FnOnce(&Jws<'_>) -> bool,
    client_id: &str,
    assertion: &Plain,
    (audiences, accepted): (&Audiences, AssertionAudience),
    now: Timestamp,
) -> Option<Assertion> {
    let jws = Jws::read(assertion.expose(), &FORM).ok().filter(is_signed)?;
    let claims = AssertionClaims::read(&jws.payload)?;
    let names_endpoint = audiences.names_endpoint(claims.aud, accepted)?;
    let at = |seconds: i64| Timestamp::from_timestamp(seconds, 0);
    let (until, latest) = (at(claims.exp)?.checked_add_signed(LEEWAY)?, now + LEEWAY);
    let timely = until > now
        && until <= latest + MAX_LIFETIME
        && claims.iat.is_none_or(|iat| at(iat).is_some_and(|iat| iat <= latest))
        && claims.nbf.is_none_or(|nbf| at(nbf).is_some_and(|nbf| nbf <= latest));
    let good = claims.client_id == client_id && timely && !claims.jti.is_empty();
    good.then(|| Assertion { jti: Hashed::of(claims.jti), until, names_endpoint })
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::*;

    /// RFC 9864: `Ed25519` is `EdDSA`. An algorithm that the key does not fit is refused.
    #[test]
    fn both_names_of_ed25519_are_accepted() {
        let pair = Ed25519KeyPair::generate().expect("a key");
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("DER");
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(der.as_ref()));
        let key = AssertionKey::parse(&pem).expect("a key");
        let now = Timestamp::from_timestamp(1_800_000_000, 0).expect("an instant");
        let audiences = Audiences { issuer: "https://me".into(), endpoints: [String::new(), String::new()] };
        let is_accepted_until = |alg: &str, exp: i64| {
            let header = json!({ "alg": alg });
            let claims = json!({"iss": "web", "sub": "web", "aud": "https://me", "exp": exp, "jti": "1"});
            let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
            let assertion = Plain::new(format!("{input}.{}", URL_SAFE_NO_PAD.encode(pair.sign(input.as_bytes()))));
            assert_eq!(unverified_client_id(&assertion).is_some(), alg != "Ed448");
            verify(&key, "web", &assertion, (&audiences, AssertionAudience::Endpoints), now).is_some()
        };
        let is_accepted = |alg: &str| is_accepted_until(alg, now.timestamp() + 60);
        assert!(is_accepted("EdDSA") && is_accepted("Ed25519"));
        assert!(!is_accepted("Ed448") && !is_accepted("ES256") && !is_accepted("HS256"));
        // The last second that a `Timestamp` can hold, and times that it cannot.
        for exp in [8_210_266_876_799, i64::MAX, i64::MIN] {
            assert!(!is_accepted_until("EdDSA", exp), "{exp}");
        }
    }

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
