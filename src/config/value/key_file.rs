//! Private keys in PEM files: `signing.key_files` and `providers.<id>.private_key`.

use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::pki_types::pem::PemObject;

use super::algorithm::Algorithm;

/// A valid private key. It is a secret, so it has no `Debug`.
pub struct KeyFile {
    algorithm: Algorithm,
    pkcs8: PrivatePkcs8KeyDer<'static>,
}

/// Why a file is not a private key. The text follows "the file".
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum BadKeyFile {
    /// There is no `PRIVATE KEY` block in PEM.
    #[error("holds no private key in PEM (PKCS#8)")]
    NoPrivateKey,
    /// The key is of another type, too short, or damaged.
    #[error("holds neither a P-256 nor an RSA key (2048 bits or more) nor an Ed25519 key")]
    UnsupportedKey,
}

impl KeyFile {
    /// Parses the text of a PEM file.
    pub(crate) fn parse(pem: &str) -> Result<Self, BadKeyFile> {
        let pkcs8 = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| BadKeyFile::NoPrivateKey)?;
        let bytes = pkcs8.secret_pkcs8_der();
        let algorithm = if EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes).is_ok() {
            Algorithm::Es256
        } else if RsaKeyPair::from_pkcs8(bytes).is_ok() {
            Algorithm::Rs256
        } else if Ed25519KeyPair::from_pkcs8(bytes).is_ok() {
            Algorithm::EdDsa
        } else {
            return Err(BadKeyFile::UnsupportedKey);
        };
        Ok(Self { algorithm, pkcs8 })
    }

    /// The JWS algorithm of this type of key.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The length of the modulus in bits; `None` where it is not an RSA key.
    pub fn rsa_bits(&self) -> Option<usize> {
        RsaKeyPair::from_pkcs8(self.pkcs8()).ok().map(|key| key.public_modulus_len() * 8)
    }

    /// The private key as PKCS#8 in DER.
    pub fn pkcs8(&self) -> &[u8] {
        self.pkcs8.secret_pkcs8_der()
    }
}
