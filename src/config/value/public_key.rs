//! A client's public key, for `private_key_jwt` (OpenID Connect Core §9).

use jsonwebtoken::{Algorithm, DecodingKey};

/// What a client's assertions are verified with.
#[derive(Clone)]
pub struct PublicKey {
    /// The key.
    pub key: DecodingKey,
    /// What it may sign by: the key says so, never the assertion (RFC 8725 §3.1).
    pub algorithms: Vec<Algorithm>,
}

/// Not a public key that we can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the file holds no public key in PEM of P-256, Ed25519 or RSA")]
pub struct BadPublicKey;

impl PublicKey {
    /// Reads a key in PEM (`BEGIN PUBLIC KEY`).
    pub fn parse(pem: &str) -> Result<Self, BadPublicKey> {
        let pem = pem.as_bytes();
        let ec = DecodingKey::from_ec_pem(pem).map(|key| (key, vec![Algorithm::ES256]));
        let ed = || DecodingKey::from_ed_pem(pem).map(|key| (key, vec![Algorithm::EdDSA]));
        let rsa = || DecodingKey::from_rsa_pem(pem).map(|key| (key, vec![Algorithm::RS256, Algorithm::PS256]));
        let read = ec.or_else(|_| ed()).or_else(|_| rsa());
        read.map(|(key, algorithms)| Self { key, algorithms }).map_err(|_| BadPublicKey)
    }
}
