//! A second key of the fake provider, for ES256.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};

use super::Op;

/// A key for ES256.
pub struct EcKey(EcdsaKeyPair);

impl EcKey {
    /// Makes a key that the provider publishes as `ec` beside its own one, and lists ES256.
    pub fn publish_beside(op: &Op) -> Self {
        let key = Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"));
        let point = key.0.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        op.publish_also(json!({"kty": "EC", "crv": "P-256", "kid": "ec", "x": B64.encode(x), "y": B64.encode(y)}));
        op.set_metadata("id_token_signing_alg_values_supported", json!(["EdDSA", "ES256"]));
        key
    }

    pub fn pkcs8(&self) -> Vec<u8> {
        self.0.to_pkcs8v1().expect("a key").as_ref().to_vec()
    }

    /// Signs any header and claims.
    pub fn signed(&self, header: &Value, claims: &Value) -> String {
        sign(&self.0, header, claims)
    }
}

/// Signs with the private key in PKCS#8.
pub(super) fn signed_by(pkcs8: &[u8], claims: &Value) -> String {
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).expect("a key");
    sign(&key, &json!({"alg": "ES256", "kid": "ec"}), claims)
}

fn sign(key: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
    let input = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    let made = key.sign(&SystemRandom::new(), input.as_bytes()).expect("signed");
    format!("{input}.{}", B64.encode(made))
}
