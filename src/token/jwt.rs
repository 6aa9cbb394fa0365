//! The compact form of a JWS (RFC 7515 §7.1), signed with a parsed key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use crate::config::Algorithm;
use crate::keys::{SigningKey, UnusableKey};

/// Signs claims as a JWT whose header has this `typ`.
pub fn sign(key: &SigningKey, typ: &str, claims: &impl Serialize) -> Result<String, UnusableKey> {
    // The values of `alg`, `kid` and `typ` contain no character that JSON escapes.
    let header = format!(r#"{{"typ":"{typ}","alg":"{}","kid":"{}"}}"#, key.algorithm().name(), key.kid());
    let claims = serde_json::to_vec(claims).unwrap_or_default();
    let mut token = String::with_capacity(header.len() * 2 + claims.len() * 2 + 512);
    URL_SAFE_NO_PAD.encode_string(header, &mut token);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

/// The header of a JWT. Its members are serialized in this order.
#[derive(Clone, Debug, Serialize)]
pub struct Header {
    typ: &'static str,
    alg: &'static str,
    kid: String,
}

impl Header {
    /// The header of a token with this `typ`, signed by the key with the id `kid`.
    pub fn new(typ: &'static str, algorithm: Algorithm, kid: &str) -> Self {
        Self { typ, alg: algorithm.name(), kid: kid.to_owned() }
    }
}
