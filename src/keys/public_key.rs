//! The public key of a signing key, which verifies its signatures.

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};

use super::failure::UnusableKey;
use crate::config::Algorithm;

/// A public key with its id.
pub struct PublicKey {
    kid: String,
    algorithm: Algorithm,
    jwk: Jwk,
    verifying: DecodingKey,
}

impl PublicKey {
    /// Adds `use` and `kid` to a JWK.
    pub(super) fn new(algorithm: Algorithm, mut jwk: Jwk) -> Result<Self, UnusableKey> {
        let bad = |_| UnusableKey::of(algorithm);
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(bad)?;
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk.common.key_id = Some(kid.clone());
        let verifying = DecodingKey::from_jwk(&jwk).map_err(bad)?;
        Ok(Self { kid, algorithm, jwk, verifying })
    }

    /// Parses a JWK that the gateway wrote.
    pub(super) fn from_json(algorithm: Algorithm, json: &[u8]) -> Result<Self, UnusableKey> {
        Self::new(algorithm, serde_json::from_slice(json).map_err(|_| UnusableKey::of(algorithm))?)
    }

    /// The key id: the RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The only algorithm whose signatures it verifies.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The entry in the JWKS (RFC 7517 §4).
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// The key in the form that `jsonwebtoken::decode` takes.
    pub fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }
}
