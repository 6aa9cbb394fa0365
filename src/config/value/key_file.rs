//! Private keys in PEM files: `signing.key_files` and `providers.<id>.private_key`.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use super::algorithm::Algorithm;

/// A valid private key. It is a secret, so it has no `Debug`.
pub struct KeyFile {
    algorithm: Algorithm,
    pkcs8: PrivatePkcs8KeyDer<'static>,
    certificate: Option<Thumbprints>,
}

/// The thumbprints of a certificate, in base64url (RFC 7515 §4.1.7 and §4.1.8).
pub struct Thumbprints {
    /// The header `x5t`: the SHA-1 of the certificate (RFC 7515 §4.1.7).
    pub sha1: String,
    /// The header `x5t#S256`: its SHA-256 (RFC 7515 §4.1.8).
    pub sha256: String,
}

/// Why a file is not the certificate of the key. The text follows "the file".
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum BadCertificate {
    /// There is no `CERTIFICATE` block in PEM.
    #[error("holds no certificate in PEM")]
    NoCertificate,
    /// The certificate is of another key.
    #[error("holds the certificate of another key than private_key")]
    OfAnotherKey,
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
        Ok(Self { algorithm, pkcs8, certificate: None })
    }

    /// The key with its certificate, the first one in the text of a PEM file. The certificate must be that of this key.
    pub(crate) fn with_certificate(self, pem: &[u8]) -> Result<Self, BadCertificate> {
        let certificate = CertificateDer::from_pem_slice(pem).map_err(|_| BadCertificate::NoCertificate)?;
        let key = any_supported_type(&self.pkcs8.clone_key().into()).map_err(|_| BadCertificate::OfAnotherKey)?;
        let pair = CertifiedKey::new(vec![certificate.clone()], key);
        pair.keys_match().map_err(|_| BadCertificate::OfAnotherKey)?;
        let encoded = |algorithm| URL_SAFE_NO_PAD.encode(digest(algorithm, &certificate));
        let thumbprints = Thumbprints { sha1: encoded(&SHA1_FOR_LEGACY_USE_ONLY), sha256: encoded(&SHA256) };
        Ok(Self { certificate: Some(thumbprints), ..self })
    }

    /// The thumbprints of its certificate, if one is given.
    pub fn thumbprints(&self) -> Option<&Thumbprints> {
        self.certificate.as_ref()
    }

    /// The JWS algorithm of this type of key.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The length of the modulus in bits; `None` if it is not an RSA key.
    pub fn rsa_bits(&self) -> Option<usize> {
        RsaKeyPair::from_pkcs8(self.pkcs8()).ok().map(|key| key.public_modulus_len() * 8)
    }

    /// The private key as PKCS#8 in DER.
    pub fn pkcs8(&self) -> &[u8] {
        self.pkcs8.secret_pkcs8_der()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A private key in PEM, and its certificate.
    fn pair() -> (String, String) {
        let key = rcgen::KeyPair::generate().expect("a key");
        let certificate = rcgen::CertificateParams::new(vec!["client.example".into()]).expect("parameters");
        (key.serialize_pem(), certificate.self_signed(&key).expect("a certificate").pem())
    }

    #[test]
    fn a_certificate_must_be_that_of_the_key() {
        let ((key, certificate), (_, other)) = (pair(), pair());
        let with = |pem: &str| KeyFile::parse(&key).expect("a key").with_certificate(pem.as_bytes());
        let Ok(read) = with(&certificate) else { panic!("no certificate") };
        let thumbprints = read.thumbprints().expect("thumbprints");
        assert_eq!((thumbprints.sha1.len(), thumbprints.sha256.len()), (27, 43));
        let der = CertificateDer::from_pem_slice(certificate.as_bytes()).expect("DER");
        assert_eq!(thumbprints.sha256, URL_SAFE_NO_PAD.encode(digest(&SHA256, &der)));
        assert_eq!(with(&other).err(), Some(BadCertificate::OfAnotherKey));
        assert_eq!(with(&key).err(), Some(BadCertificate::NoCertificate));
        assert_eq!(with("").err(), Some(BadCertificate::NoCertificate));
        assert!(KeyFile::parse(&key).expect("a key").thumbprints().is_none());
    }
}
