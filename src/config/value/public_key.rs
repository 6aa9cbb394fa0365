//! Public keys of clients, for `private_key_jwt` (OpenID Connect Core §9).

use jsonwebtoken::{Algorithm, DecodingKey};

/// The key that verifies a client's assertions.
#[derive(Clone)]
pub struct PublicKey {
    /// The parsed public key.
    pub key: DecodingKey,
    /// The accepted `alg` values. They depend on the type of the key, not on the assertion (RFC 8725 §3.1).
    pub algorithms: Vec<Algorithm>,
}

/// The file is not a supported public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file has no public key in PEM of type P-256, Ed25519 or RSA")]
pub struct BadPublicKey;

impl PublicKey {
    /// Parses a key in PEM (`BEGIN PUBLIC KEY`).
    pub fn parse(pem: &str) -> Result<Self, BadPublicKey> {
        let pem = pem.as_bytes();
        let ec = DecodingKey::from_ec_pem(pem).map(|key| (key, vec![Algorithm::ES256]));
        let ed = || DecodingKey::from_ed_pem(pem).map(|key| (key, vec![Algorithm::EdDSA]));
        let rsa = || DecodingKey::from_rsa_pem(pem).map(|key| (key, vec![Algorithm::RS256, Algorithm::PS256]));
        let read = ec.or_else(|_| ed()).or_else(|_| rsa());
        read.map(|(key, algorithms)| Self { key, algorithms }).map_err(|_| BadPublicKey)
    }
}
