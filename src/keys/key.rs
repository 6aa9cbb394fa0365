//! A signing key, parsed once. `jsonwebtoken::encode` would parse the private key for each signature, which for RS256
//! costs more than the signature itself.

use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::jwk::Jwk;

use super::failure::UnusableKey;
use super::public_key::PublicKey;
use crate::config::Algorithm;

/// A key pair that signs JWTs with one algorithm.
pub struct SigningKey {
    pair: Pair,
    public: Arc<PublicKey>,
}

enum Pair {
    Ec(Box<EcdsaKeyPair>),
    Rsa(Box<RsaKeyPair>),
    Ed(Box<Ed25519KeyPair>),
}

impl SigningKey {
    /// Generates a key; the bytes are its PKCS#8 encoding.
    pub fn generate(algorithm: Algorithm) -> Result<(Self, Vec<u8>), UnusableKey> {
        let bad = |_| UnusableKey::of(algorithm);
        let pkcs8 = match algorithm {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(bad)?;
                pair.to_pkcs8v1().map_err(bad)?.as_ref().to_vec()
            }
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa3072).map_err(bad)?;
                AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(bad)?.as_ref().to_vec()
            }
            // PKCS#8 version 1: not every library reads version 2.
            Algorithm::EdDsa => Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).map_err(bad)?.as_ref().to_vec(),
        };
        Ok((Self::from_pkcs8(algorithm, &pkcs8)?, pkcs8))
    }

    /// Parses a PKCS#8 key: one of [`SigningKey::generate`] or of the operator's key files.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, UnusableKey> {
        let bad = |_| UnusableKey::of(algorithm);
        let pair = match algorithm {
            Algorithm::Es256 => {
                Pair::Ec(Box::new(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(bad)?))
            }
            Algorithm::Rs256 => Pair::Rsa(Box::new(RsaKeyPair::from_pkcs8(pkcs8).map_err(bad)?)),
            Algorithm::EdDsa => Pair::Ed(Box::new(Ed25519KeyPair::from_pkcs8(pkcs8).map_err(bad)?)),
        };
        let jwk = public_jwk(algorithm, pkcs8).map_err(|_| UnusableKey::of(algorithm))?;
        Ok(Self { pair, public: Arc::new(PublicKey::new(algorithm, jwk)?) })
    }

    /// Signs the encoded `header.claims` of a JWT. Returns the raw signature (RFC 7518 §3).
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, UnusableKey> {
        let bad = |_| UnusableKey::of(self.algorithm());
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Ec(pair) => Ok(pair.sign(&random, message).map_err(bad)?.as_ref().to_vec()),
            Pair::Ed(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(bad)?;
                Ok(signature)
            }
        }
    }

    /// The length in bytes of a signature by a key of [`SigningKey::generate`].
    pub fn generated_len(algorithm: Algorithm) -> usize {
        match algorithm {
            Algorithm::Es256 | Algorithm::EdDsa => 64,
            Algorithm::Rs256 => 384,
        }
    }

    /// The length of its signatures, in bytes.
    pub fn signature_len(&self) -> usize {
        match &self.pair {
            Pair::Ec(_) | Pair::Ed(_) => 64,
            Pair::Rsa(pair) => pair.public_modulus_len(),
        }
    }

    /// The key id: the RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        self.public.kid()
    }

    /// The JWS algorithm (RFC 7518 §3.1).
    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    /// The public key of the pair.
    pub fn public(&self) -> &Arc<PublicKey> {
        &self.public
    }
}

fn public_jwk(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Jwk, jsonwebtoken::errors::Error> {
    let (key, name) = match algorithm {
        Algorithm::Es256 => (EncodingKey::from_ec_der(pkcs8), jsonwebtoken::Algorithm::ES256),
        Algorithm::EdDsa => (EncodingKey::from_ed_der(pkcs8), jsonwebtoken::Algorithm::EdDSA),
        // jsonwebtoken reads an RSA key in PKCS#8 only from PEM.
        Algorithm::Rs256 => {
            let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(pkcs8));
            (EncodingKey::from_rsa_pem(pem.as_bytes())?, jsonwebtoken::Algorithm::RS256)
        }
    };
    Jwk::from_encoding_key(&key, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Rs256, Algorithm::EdDsa];

    /// JW-06
    #[test]
    fn a_jwk_holds_public_members_only_and_a_strong_key() {
        for algorithm in ALL {
            let (key, _) = SigningKey::generate(algorithm).expect("a key");
            let jwk = serde_json::to_value(key.public().jwk()).expect("JSON");
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(jwk.get(private).is_none(), "{private} in {jwk}");
            }
            assert_eq!((jwk["use"].as_str(), jwk["alg"].as_str()), (Some("sig"), Some(algorithm.name())));
            assert_eq!(jwk["kid"].as_str(), Some(key.kid()));
            if algorithm == Algorithm::Rs256 {
                assert_eq!(jwk["n"].as_str().map(str::len), Some(512), "3072 bits");
            }
        }
    }

    #[test]
    fn a_stored_key_is_the_same_key_and_its_signatures_verify() {
        for algorithm in ALL {
            let (made, pkcs8) = SigningKey::generate(algorithm).expect("a key");
            let read = SigningKey::from_pkcs8(algorithm, &pkcs8).expect("the same key");
            assert_eq!(made.kid(), read.kid());
            let header = format!(r#"{{"alg":"{}"}}"#, algorithm.name());
            let encode = |part: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(part);
            let message = format!("{}.{}", encode(&header), encode(r#"{"sub":"x"}"#));
            let signature = read.sign(message.as_bytes()).expect("a signature");
            let signature = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(signature);
            let name = algorithm.name().parse().expect("a known algorithm");
            let good = jsonwebtoken::crypto::verify(&signature, message.as_bytes(), made.public().verifying(), name);
            assert!(good.expect("a verdict"), "{}", algorithm.name());
        }
        assert!(SigningKey::from_pkcs8(Algorithm::Es256, b"junk").is_err());
    }
}
