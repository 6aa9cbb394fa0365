//! Public keys of clients, for `private_key_jwt` (OpenID Connect Core §9).

use crate::base::jws::{JwsAlgorithm, KeyDefect, PublicKey};

/// The algorithms that are accepted in an assertion. They depend on the type of the key, not on the assertion (RFC 8725 §3.1).
const ALGORITHMS: [JwsAlgorithm; 4] =
    [JwsAlgorithm::Es256, JwsAlgorithm::EdDsa, JwsAlgorithm::Rs256, JwsAlgorithm::Ps256];

/// The key that verifies a client's assertions.
#[derive(Clone)]
pub struct AssertionKey(PublicKey);

/// Why a file is not a usable public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPublicKey {
    /// It has no supported key.
    #[error("the file has no public key in PEM of type P-256, Ed25519 or RSA")]
    Unsupported,
    /// It has an RSA key that must not verify signatures.
    #[error("the file has an RSA key of less than 2048 bits or with an exponent below 65537")]
    Weak,
}

impl AssertionKey {
    /// Parses a key in PEM (`BEGIN PUBLIC KEY`).
    pub fn parse(pem: &str) -> Result<Self, BadPublicKey> {
        let blocks = pem::parse_many(pem).map_err(|_| BadPublicKey::Unsupported)?;
        let is_public = |block: &&pem::Pem| matches!(block.tag(), "PUBLIC KEY" | "RSA PUBLIC KEY");
        let block = blocks.iter().find(is_public).ok_or(BadPublicKey::Unsupported)?;
        match PublicKey::from_der(block.contents()) {
            Ok(key) if ALGORITHMS.into_iter().any(|algorithm| key.fits(algorithm)) => Ok(Self(key)),
            Err(KeyDefect::Weak) => Err(BadPublicKey::Weak),
            _ => Err(BadPublicKey::Unsupported),
        }
    }

    /// Whether an assertion may have this algorithm.
    pub fn accepts(algorithm: JwsAlgorithm) -> bool {
        ALGORITHMS.contains(&algorithm)
    }

    /// The key, if an assertion with this algorithm is accepted.
    pub fn for_algorithm(&self, algorithm: JwsAlgorithm) -> Option<&PublicKey> {
        Some(&self.0).filter(|key| Self::accepts(algorithm) && key.fits(algorithm))
    }
}
