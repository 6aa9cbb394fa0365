//! The public half of a key: what others verify with.

use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse, ThumbprintHash};

use super::key::BadKey;
use crate::config::Algorithm;

/// A public key with its id.
pub struct PublicKey {
    kid: String,
    algorithm: Algorithm,
    jwk: Jwk,
    verifying: DecodingKey,
}

impl PublicKey {
    /// Completes a JWK with its use and its id.
    pub(super) fn new(algorithm: Algorithm, mut jwk: Jwk) -> Result<Self, BadKey> {
        let bad = |_| BadKey::missing(algorithm);
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(bad)?;
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk.common.key_id = Some(kid.clone());
        let verifying = DecodingKey::from_jwk(&jwk).map_err(bad)?;
        Ok(Self { kid, algorithm, jwk, verifying })
    }

    /// Reads a JWK that was written by us.
    pub(super) fn from_json(algorithm: Algorithm, json: &[u8]) -> Result<Self, BadKey> {
        Self::new(algorithm, serde_json::from_slice(json).map_err(|_| BadKey::missing(algorithm))?)
    }

    /// The key id: the RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What it verifies, and nothing else.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key for the JWKS.
    pub fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// The key for verifying.
    pub fn verifying(&self) -> &DecodingKey {
        &self.verifying
    }
}
