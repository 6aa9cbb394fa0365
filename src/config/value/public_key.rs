//! Public keys of clients, for `private_key_jwt` (OpenID Connect Core §9).

use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};

use crate::base::rsa_strength::is_strong_rsa_key;

/// The key that verifies a client's assertions.
#[derive(Clone)]
pub struct PublicKey {
    /// The parsed public key.
    pub key: DecodingKey,
    /// The accepted `alg` values. They depend on the type of the key, not on the assertion (RFC 8725 §3.1).
    pub algorithms: Vec<Algorithm>,
}

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

impl PublicKey {
    /// Parses a key in PEM (`BEGIN PUBLIC KEY`).
    pub fn parse(pem: &str) -> Result<Self, BadPublicKey> {
        let pem = pem.as_bytes();
        let ec = DecodingKey::from_ec_pem(pem).map(|key| (key, vec![Algorithm::ES256]));
        let ed = || DecodingKey::from_ed_pem(pem).map(|key| (key, vec![Algorithm::EdDSA]));
        let rsa = || DecodingKey::from_rsa_pem(pem).map(|key| (key, vec![Algorithm::RS256, Algorithm::PS256]));
        let read = ec.or_else(|_| ed()).or_else(|_| rsa());
        let (key, algorithms) = read.map_err(|_| BadPublicKey::Unsupported)?;
        if key.family() == AlgorithmFamily::Rsa && !is_strong(&key).ok_or(BadPublicKey::Unsupported)? {
            return Err(BadPublicKey::Weak);
        }
        Ok(Self { key, algorithms })
    }
}

/// Whether an RSA key may verify signatures; `None` if it is no RSA public key.
fn is_strong(key: &DecodingKey) -> Option<bool> {
    is_strong_rsa_key(key.try_get_as_bytes().ok()?)
}
