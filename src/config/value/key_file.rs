//! A signing key that the operator keeps in a file.

use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;

use super::algorithm::Algorithm;

/// A private key, read and known to be good. No `Debug`: it is a secret.
pub struct KeyFile {
    algorithm: Algorithm,
    pkcs8: PrivatePkcs8KeyDer<'static>,
}

/// Why a file is no key. The text goes on after "the file".
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum BadKeyFile {
    /// No `PRIVATE KEY` in PEM.
    #[error("holds no private key in PEM (PKCS#8)")]
    Form,
    /// A key of another kind, or a damaged one.
    #[error("holds neither a P-256 nor an RSA key (2048 bits or more) nor an Ed25519 key")]
    Kind,
}

impl KeyFile {
    /// Reads the text of a PEM file.
    pub(crate) fn parse(pem: &str) -> Result<Self, BadKeyFile> {
        let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| BadKeyFile::Form)?;
        let bytes = pkcs8.secret_pkcs8_der();
        let algorithm = if EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes).is_ok() {
            Algorithm::Es256
        } else if RsaKeyPair::from_pkcs8(bytes).is_ok() {
            Algorithm::Rs256
        } else if Ed25519KeyPair::from_pkcs8(bytes).is_ok() {
            Algorithm::EdDsa
        } else {
            return Err(BadKeyFile::Kind);
        };
        Ok(Self { algorithm, pkcs8 })
    }

    /// What it signs with.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The length of its modulus, where it is an RSA key.
    pub fn rsa_bits(&self) -> Option<usize> {
        RsaKeyPair::from_pkcs8(self.pkcs8()).ok().map(|key| key.public_modulus_len() * 8)
    }

    /// The private key in PKCS#8, DER.
    pub fn pkcs8(&self) -> &[u8] {
        self.pkcs8.secret_pkcs8_der()
    }
}
