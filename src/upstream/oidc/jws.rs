//! Parsing and verifying a JWS in compact serialization (RFC 7515): ID tokens, logout tokens, signed userinfo.
//!
//! The signature is verified over the bytes as received. Nonstandard claims can be normalized afterwards, before the library
//! parses them: it rejects a whole token for a number as `sub` or a null as `name`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::JsonWebKey;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use serde_json::{Map, Value};

use super::key_set::{KeyError, KeySet};
use super::signing_algorithms;
use crate::config::Oidc;

/// The size limit of a token, in bytes.
const MAX_BYTES: usize = 64 * 1024;
/// Header members that change the meaning of a token and are not supported (RT-25).
const UNSUPPORTED_HEADERS: [&str; 5] = ["crit", "b64", "cty", "zip", "enc"];
/// The accepted values of `typ`, without `application/`. Other values belong to tokens for another use.
const TYPES: &[&str] = &["jwt", "jose"];

/// Why a token does not verify.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The key is not in the key set; the provider may have published a new one.
    #[error("is signed with a key that the provider does not publish")]
    UnknownKey,
    /// The token is invalid. The explanation does not quote it.
    #[error("{0}")]
    Invalid(String),
    /// A time of the token is outside the tolerated difference of the clocks.
    #[error("{0}: compare the clocks of this machine and of the provider")]
    Clock(String),
}

impl From<&str> for TokenError {
    fn from(reason: &str) -> Self {
        Self::Invalid(reason.into())
    }
}

impl From<String> for TokenError {
    fn from(reason: String) -> Self {
        Self::Invalid(reason)
    }
}

/// A parsed token, not verified yet.
pub struct Jws<'t> {
    /// The `alg` header.
    pub algorithm: CoreJwsSigningAlgorithm,
    kid: Option<String>,
    header: &'t str,
    signed: &'t str,
    signature: Vec<u8>,
    /// The claims.
    pub payload: Map<String, Value>,
}

/// The algorithms and keys that may have signed a token.
pub struct VerificationKeys<'a> {
    /// The allowed algorithms.
    pub algorithms: &'a [CoreJwsSigningAlgorithm],
    /// The provider's key set.
    pub keys: &'a KeySet,
    /// The current and the previous client secret, for HMAC. Secrets that are too short are skipped.
    pub secrets: &'a [&'a str],
    /// The issuers for which a key may sign; empty at a provider with one issuer.
    pub issuers: &'a [&'a str],
}

impl<'t> Jws<'t> {
    /// Parses an ID token or signed userinfo.
    pub fn read(token: &'t str) -> Result<Self, TokenError> {
        Self::read_with_types(TYPES, token)
    }

    /// Parses a token whose `typ` is absent or one of `types`, in lower case and without `application/`.
    pub fn read_with_types(types: &[&str], token: &'t str) -> Result<Self, TokenError> {
        if token.len() > MAX_BYTES {
            return Err("is larger than 64 KiB".into());
        }
        let (signed, signature) = token.rsplit_once('.').ok_or("is not a JWS")?;
        let (header, payload) = signed.split_once('.').ok_or("is not a JWS")?;
        let members = object(header).ok_or("has no readable header")?;
        if let Some(name) = UNSUPPORTED_HEADERS.into_iter().find(|name| members.contains_key(*name)) {
            return Err(format!("has a header with {name}").into());
        }
        check_type(types, members.get("typ"))?;
        let algorithm = members.get("alg").and_then(Value::as_str).and_then(signing_algorithms::algorithm);
        Ok(Self {
            algorithm: algorithm.ok_or("is unsigned or signed with an unknown algorithm")?,
            // `jwk`, `jku`, `x5u` and `x5c` are ignored (RT-23).
            kid: members
                .get("kid")
                .map(|kid| kid.as_str().map(String::from).ok_or("has a kid that is not a string"))
                .transpose()?,
            header,
            signed,
            signature: decode(signature).ok_or("has an unreadable signature")?,
            payload: object(payload).ok_or("has no readable payload")?,
        })
    }

    /// Verifies the signature and returns the key that made it.
    pub fn verify(&self, accepted: &VerificationKeys<'_>) -> Result<CoreJsonWebKey, TokenError> {
        if !accepted.algorithms.contains(&self.algorithm) {
            return Err("is signed with an algorithm that is not allowed".into());
        }
        if self.is_hmac() {
            return self.verify_by_secret(accepted.secrets);
        }
        let key = match accepted.keys.find(self.kid.as_deref(), &self.algorithm, accepted.issuers) {
            Ok(key) => key,
            Err(KeyError::Unknown) => return Err(TokenError::UnknownKey),
            Err(KeyError::Weak) => {
                return Err("is signed with an RSA key of less than 2048 bits or with an exponent below 65537".into());
            }
            Err(KeyError::Ambiguous) => return Err("does not say which of the provider's keys signed it".into()),
        };
        if self.is_signed_by(key) {
            return Ok(key.clone());
        }
        // Without a `kid`, a wrong signature may mean that the provider has a new key.
        Err(if self.kid.is_none() { TokenError::UnknownKey } else { "has a wrong signature".into() })
    }

    fn verify_by_secret(&self, secrets: &[&str]) -> Result<CoreJsonWebKey, TokenError> {
        let mut reason = "is signed with a client secret that is too short for it";
        for secret in secrets.iter().filter(|secret| secret.len() >= Oidc::MIN_HMAC_SECRET) {
            let key = CoreJsonWebKey::new_symmetric(secret.as_bytes().to_vec());
            if self.is_signed_by(&key) {
                return Ok(key);
            }
            reason = "has a wrong signature";
        }
        Err(reason.into())
    }

    fn is_signed_by(&self, key: &CoreJsonWebKey) -> bool {
        key.verify_signature(&self.algorithm, self.signed.as_bytes(), &self.signature).is_ok()
    }

    fn is_hmac(&self) -> bool {
        use CoreJwsSigningAlgorithm::{HmacSha256, HmacSha384, HmacSha512};
        matches!(self.algorithm, HmacSha256 | HmacSha384 | HmacSha512)
    }

    /// The token with other claims, for the library to parse. Its signature does not verify.
    pub fn with_claims(&self, claims: &Map<String, Value>) -> String {
        let claims = URL_SAFE_NO_PAD.encode(Value::Object(claims.clone()).to_string());
        format!("{}.{claims}.{}", self.header, URL_SAFE_NO_PAD.encode(&self.signature))
    }
}

fn check_type(types: &[&str], typ: Option<&Value>) -> Result<(), TokenError> {
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
