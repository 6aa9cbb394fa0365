//! A JWS in compact form (RFC 7515), as ID tokens and signed userinfo come in.
//!
//! The signature is held against the bytes as they came. So what is odd in the claims can be mended afterwards, before
//! the library reads them: it refuses a whole token for a number as `sub` or a null as `name`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde_json::{Map, Value};

use super::discovery;
use super::jwks::{Keys, NoKey};
use crate::config::Oidc;

/// A larger token is not looked at, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// What changes the meaning of a token in ways that are not understood here (RT-25).
const NOT_UNDERSTOOD: [&str; 5] = ["crit", "b64", "cty", "zip", "enc"];
/// Types that a token may carry, as media types without `application/`. Others name tokens for other uses.
const TYPES: &[&str] = &["jwt", "jose"];

/// Why a token does not verify.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// It names a key that is not in the set: perhaps the provider has a new one.
    #[error("is signed with a key that the provider does not publish")]
    UnknownKey,
    /// It is wrong. In words, without anything of its content.
    #[error("{0}")]
    Bad(String),
}

impl From<&str> for Unverified {
    fn from(reason: &str) -> Self {
        Self::Bad(reason.into())
    }
}

impl From<String> for Unverified {
    fn from(reason: String) -> Self {
        Self::Bad(reason)
    }
}

/// A token taken apart, not verified yet.
pub struct Jws<'t> {
    /// What it says it is signed with.
    pub algorithm: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    header: &'t str,
    signed: &'t str,
    signature: Vec<u8>,
    /// What it says.
    pub payload: Map<String, Value>,
}

/// Who may have signed a token.
pub struct Signers<'a> {
    /// The allowed algorithms.
    pub algorithms: &'a [CoreJwsSigningAlgorithm],
    /// The provider's keys.
    pub keys: &'a Keys,
    /// Our secrets, for HMAC where it is allowed: the one in force, and the one before. Those that are too short are passed
    /// over.
    pub secrets: &'a [&'a str],
    /// For which issuers they may sign; empty: the set is of one issuer, and what its keys say of it does not matter.
    pub issuers: &'a [&'a str],
}

impl<'t> Jws<'t> {
    /// Takes a token apart.
    pub fn read(token: &'t str) -> Result<Self, Unverified> {
        Self::read_of(TYPES, token)
    }

    /// The same, where the token may carry one of these types, in lower case and without `application/`, or none.
    pub fn read_of(types: &[&str], token: &'t str) -> Result<Self, Unverified> {
        if token.len() > MAX_BYTES {
            return Err("is larger than 64 KiB".into());
        }
        let (signed, signature) = token.rsplit_once('.').ok_or("is not a JWS")?;
        let (header, payload) = signed.split_once('.').ok_or("is not a JWS")?;
        let members = object(header).ok_or("has no readable header")?;
        if let Some(name) = NOT_UNDERSTOOD.into_iter().find(|name| members.contains_key(*name)) {
            return Err(format!("has a header with {name}").into());
        }
        check_type(types, members.get("typ"))?;
        let algorithm = members.get("alg").and_then(Value::as_str).and_then(discovery::algorithm);
        Ok(Self {
            algorithm: algorithm.ok_or("is unsigned or signed with an unknown algorithm")?,
            // `jwk`, `jku`, `x5u` and `x5c` are not even looked at (RT-23).
            kid: members.get("kid").map(|kid| kid.as_str().map(String::from).ok_or("has an odd kid")).transpose()?,
            header,
            signed,
            signature: decode(signature).ok_or("has an unreadable signature")?,
            payload: object(payload).ok_or("has no readable payload")?,
        })
    }

    /// Checks the signature and gives the key that made it.
    pub fn verify(&self, signers: &Signers<'_>) -> Result<CoreJsonWebKey, Unverified> {
        if !signers.algorithms.contains(&self.algorithm) {
            return Err("is signed with an algorithm that is not allowed".into());
        }
        if self.is_hmac() {
            return self.verify_by_secret(signers.secrets);
        }
        let key = match signers.keys.find(self.kid.as_deref(), &self.algorithm, signers.issuers) {
            Ok(key) => key,
            Err(NoKey::Unknown) => return Err(Unverified::UnknownKey),
            Err(NoKey::Ambiguous) => return Err("does not say which of the provider's keys signed it".into()),
        };
        if self.is_signed_by(key) {
            return Ok(key.clone());
        }
        // Without a name for it, a new key shows only by this.
        Err(if self.kid.is_none() { Unverified::UnknownKey } else { "has a wrong signature".into() })
    }

    fn verify_by_secret(&self, secrets: &[&str]) -> Result<CoreJsonWebKey, Unverified> {
        let mut why = "is signed with a client secret that is too short for it";
        for secret in secrets.iter().filter(|secret| secret.len() >= Oidc::MIN_HMAC_SECRET) {
            let key = CoreJsonWebKey::new_symmetric(secret.as_bytes().to_vec());
            if self.is_signed_by(&key) {
                return Ok(key);
            }
            why = "has a wrong signature";
        }
        Err(why.into())
    }

    fn is_signed_by(&self, key: &CoreJsonWebKey) -> bool {
        key.verify_signature(&self.algorithm, self.signed.as_bytes(), &self.signature).is_ok()
    }

    fn is_hmac(&self) -> bool {
        use CoreJwsSigningAlgorithm::{HmacSha256, HmacSha384, HmacSha512};
        matches!(self.algorithm, HmacSha256 | HmacSha384 | HmacSha512)
    }

    /// The token with other claims: for the library to read, and verified by nobody.
    pub fn with_claims(&self, claims: &Map<String, Value>) -> String {
        let claims = URL_SAFE_NO_PAD.encode(Value::Object(claims.clone()).to_string());
        format!("{}.{claims}.{}", self.header, URL_SAFE_NO_PAD.encode(&self.signature))
    }
}

fn check_type(types: &[&str], typ: Option<&Value>) -> Result<(), Unverified> {
    let Some(typ) = typ else { return Ok(()) };
    let typ = typ.as_str().unwrap_or_default().to_ascii_lowercase();
    let bare = typ.strip_prefix("application/").unwrap_or(&typ);
    if types.contains(&bare) { Ok(()) } else { Err("is a token for another use (typ)".into()) }
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&decode(part)?).ok()
}
