//! Parsing a JWS in compact serialization (RFC 7515 §7.1).

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::algorithm::{JwsAlgorithm, UnusableAlgorithm};
use super::public_key::PublicKey;
use crate::base::lenient_json;

/// Header members that change the meaning of a token and are not supported (RT-25).
const UNSUPPORTED_HEADERS: [&str; 5] = ["crit", "b64", "cty", "zip", "enc"];

/// The form that a token must have.
pub struct Form {
    /// The accepted values of `typ`, in lower case and without `application/`; empty: any. An absent `typ` is accepted.
    pub types: &'static [&'static str],
    /// The size limit in bytes.
    pub max_bytes: usize,
    /// A claim with an image, which is dropped if it makes a token larger than `max_bytes`, and the limit with it.
    /// Claims whose value is an image (`data:`) are dropped with it.
    pub droppable: Option<(&'static str, usize)>,
}

/// Why a text is not a token of that form. The text follows "the ID token". It does not quote the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Larger than the limit.
    #[error("is larger than {0} KiB")]
    TooLarge(usize),
    /// Not three parts in base64url, or no JSON objects.
    #[error("{0}")]
    Malformed(&'static str),
    /// Five parts: a JWE (RFC 7516 §7.1).
    #[error(
        "is encrypted (JWE), and encrypted tokens cannot be read: switch the encryption off for this client at the provider"
    )]
    Encrypted,
    /// A header member that is not supported.
    #[error("has a header with {0}")]
    Header(&'static str),
    /// The value of `alg` in the header (RFC 7515 §4.1.1).
    #[error("{0}")]
    Algorithm(#[from] UnusableAlgorithm),
}

/// A parsed token, not verified yet.
pub struct Jws<'t> {
    /// The value of `alg` in the header (RFC 7515 §4.1.1).
    pub algorithm: JwsAlgorithm,
    /// The `kid` header. `jwk`, `jku`, `x5u` and `x5c` are ignored (RT-23).
    pub kid: Option<String>,
    signed: &'t str,
    signature: Vec<u8>,
    /// The claims, which are verified only with the signature.
    pub payload: Map<String, Value>,
    /// The claim that was dropped because it made the token too large.
    pub dropped: Option<&'static str>,
}

impl<'t> Jws<'t> {
    /// Parses a token in the compact form (RFC 7515 §7.1), without verifying it.
    pub fn read(token: &'t str, form: &Form) -> Result<Self, JwsError> {
        let whole = form.droppable.map_or(form.max_bytes, |(_, max_bytes)| max_bytes);
        if token.len() > whole {
            return Err(JwsError::TooLarge(whole / 1024));
        }
        let parts: Vec<&str> = token.splitn(6, '.').collect();
        let [header, payload, signature] = parts[..] else {
            return Err(if parts.len() == 5 { JwsError::Encrypted } else { JwsError::Malformed("is not a JWS") });
        };
        let signed = token.strip_suffix(signature).and_then(|rest| rest.strip_suffix('.')).unwrap_or_default();
        let members = object(header).ok_or(JwsError::Malformed("has no readable header"))?;
        if let Some(name) = UNSUPPORTED_HEADERS.into_iter().find(|name| members.contains_key(*name)) {
            return Err(JwsError::Header(name));
        }
        check_type(form.types, members.get("typ"))?;
        let algorithm = JwsAlgorithm::from_name(members.get("alg").and_then(Value::as_str).unwrap_or_default())?;
        let kid = match members.get("kid") {
            Some(kid) => Some(kid.as_str().ok_or(JwsError::Malformed("has a kid that is not a string"))?.to_owned()),
            None => None,
        };
        let signature = decode(signature).ok_or(JwsError::Malformed("has an unreadable signature"))?;
        let mut payload = object(payload).ok_or(JwsError::Malformed("has no readable payload"))?;
        let dropped = if token.len() > form.max_bytes { Some(dropped(&mut payload, form)?) } else { None };
        Ok(Self { algorithm, kid, signed, signature, payload, dropped })
    }

    /// Whether this key made the signature.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verifies(self.algorithm, self.signed.as_bytes(), &self.signature)
    }

    /// Whether this secret made the signature, by HMAC. The caller rejects secrets that can be guessed.
    pub fn is_signed_by_secret(&self, secret: &[u8]) -> bool {
        let Some(algorithm) = self.algorithm.hmac() else { return false };
        hmac::verify(&hmac::Key::new(algorithm, secret), self.signed.as_bytes(), &self.signature).is_ok()
    }
}

/// Drops the claims that may be dropped, if the rest is within the limit.
fn dropped(payload: &mut Map<String, Value>, form: &Form) -> Result<&'static str, JwsError> {
    let too_large = JwsError::TooLarge(form.max_bytes / 1024);
    let Some((name, _)) = form.droppable else { return Err(too_large) };
    let is_image = |value: &Value| value.as_str().is_some_and(|text| text.trim_start().starts_with("data:"));
    let before = payload.len();
    payload.retain(|claim, value| claim != name && !is_image(value));
    if payload.len() == before {
        return Err(too_large);
    }
    let rest = serde_json::to_vec(payload).map_or(usize::MAX, |rest| rest.len());
    // In base64url, three bytes are four characters.
    if rest / 3 * 4 > form.max_bytes { Err(too_large) } else { Ok(name) }
}

fn check_type(types: &[&str], typ: Option<&Value>) -> Result<(), JwsError> {
    let Some(typ) = typ.filter(|_| !types.is_empty()) else { return Ok(()) };
    let typ = typ.as_str().unwrap_or_default().to_ascii_lowercase();
    let bare = typ.strip_prefix("application/").unwrap_or(&typ);
    if types.contains(&bare) { Ok(()) } else { Err(JwsError::Malformed("is a token for another use (typ)")) }
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

fn object(part: &str) -> Option<Map<String, Value>> {
    match lenient_json::read(&decode(part)?)? {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FORM: Form = Form { types: &["jwt"], max_bytes: 1024, droppable: Some(("picture", 8192)) };

    fn token(header: &Value, payload: &Value) -> String {
        format!("{}.{}.AA", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(payload.to_string()))
    }

    fn read(header: &Value, payload: &Value) -> Result<(usize, Option<&'static str>), String> {
        let token = token(header, payload);
        Jws::read(&token, &FORM).map(|jws| (jws.payload.len(), jws.dropped)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_claim_that_makes_a_token_too_large_is_dropped() {
        let header = json!({"alg": "RS256"});
        let of = |picture: usize, other: usize| {
            read(&header, &json!({"sub": "a", "picture": "p".repeat(picture), "x": "y".repeat(other)}))
        };
        assert_eq!(of(100, 100), Ok((3, None)));
        assert_eq!(of(4000, 100), Ok((2, Some("picture"))));
        assert_eq!(of(4000, 900), Err("is larger than 1 KiB".into()));
        assert_eq!(of(8000, 1), Err("is larger than 8 KiB".into()));
        let avatar = |text: &str| read(&header, &json!({"sub": "a", "avatar": format!("{text}{}", "A".repeat(2000))}));
        assert_eq!(avatar("data:image/png;base64,"), Ok((1, Some("picture"))));
        assert_eq!(avatar("https://op.example/"), Err("is larger than 1 KiB".into()));
        let without = read(&header, &json!({"sub": "a", "x": "y".repeat(1100)}));
        assert_eq!(without, Err("is larger than 1 KiB".into()));
    }

    /// RT-17, RT-25
    #[test]
    fn the_reason_names_what_is_wrong() {
        let of = |header: Value| read(&header, &json!({"sub": "a"}));
        assert_eq!(of(json!({"alg": "Ed25519", "typ": "application/JWT"})), Ok((1, None)));
        for (header, reported) in [
            (json!({}), "is unsigned"),
            (json!({"alg": 7}), "is unsigned"),
            (json!({"alg": "Ed448"}), "is signed with Ed448, which Vestibule does not verify"),
            (json!({"alg": "RS256", "typ": "at+jwt"}), "another use (typ)"),
            (json!({"alg": "RS256", "crit": ["exp"]}), "a header with crit"),
            (json!({"alg": "RS256", "kid": 7}), "a kid that is not a string"),
        ] {
            let refused = of(header.clone()).expect_err("refused");
            assert!(refused.contains(reported), "{refused} for {header}");
        }
        let refused = |token: &str| Jws::read(token, &FORM).err().expect("refused");
        assert_eq!(refused("a.b.c.d.e"), JwsError::Encrypted);
        for text in ["", ".", "..", "a.b", "a.b.c.d", "a.b.c.d.e.f"] {
            assert!(matches!(refused(text), JwsError::Malformed(_)), "{text}");
        }
    }
}
