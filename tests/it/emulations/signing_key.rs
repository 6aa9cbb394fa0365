//! The RSA key of test providers, generated once because that is slow.

use std::sync::LazyLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
use serde_json::{Value, json};

static PAIR: LazyLock<RsaKeyPair> = LazyLock::new(|| RsaKeyPair::generate(KeySize::Rsa2048).expect("a key"));

/// The public key as a JWK with this `kid`.
pub fn jwk(kid: &str) -> Value {
    let key = PAIR.public_key();
    let (n, e) = (key.modulus(), key.exponent());
    let part = |bytes: &[u8]| B64.encode(bytes);
    let (n, e) = (part(n.big_endian_without_leading_zero()), part(e.big_endian_without_leading_zero()));
    json!({"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": n, "e": e})
}

/// A JWT signed with the key, with this `kid`.
pub fn sign(kid: &str, claims: &Value) -> String {
    let header = json!({"alg": "RS256", "kid": kid});
    let message = format!("{}.{}", B64.encode(header.to_string()), B64.encode(claims.to_string()));
    let mut signature = vec![0; PAIR.public_modulus_len()];
    PAIR.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature).expect("signed");
    format!("{message}.{}", B64.encode(signature))
}
