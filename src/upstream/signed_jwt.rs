//! Signing a JWT with the private key of a provider's configuration (RFC 7515 §7.1).

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::base::secret::Plain;
use crate::config::{Algorithm, KeyFile};

/// Signs claims. `None` if the key cannot sign; the validation of the configuration rejects such keys.
pub fn sign(key: &KeyFile, kid: Option<&str>, claims: &Value) -> Option<Plain> {
    let mut header = json!({ "alg": key.algorithm().name(), "typ": "JWT" });
    if let (Some(kid), Value::Object(members)) = (kid, &mut header) {
        members.insert("kid".into(), kid.into());
    }
    if let (Some(thumbprints), Value::Object(members)) = (key.thumbprints(), &mut header) {
        members.insert("x5t".into(), thumbprints.sha1.clone().into());
        members.insert("x5t#S256".into(), thumbprints.sha256.clone().into());
    }
    let encoded = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
    let message = format!("{}.{}", encoded(&header), encoded(claims));
    let signature = signature(key, message.as_bytes())?;
    Some(Plain::new(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))))
}

fn signature(key: &KeyFile, message: &[u8]) -> Option<Vec<u8>> {
    let random = SystemRandom::new();
    match key.algorithm() {
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.pkcs8()).ok()?;
            Some(pair.sign(&random, message).ok()?.as_ref().to_vec())
        }
        Algorithm::EdDsa => Some(Ed25519KeyPair::from_pkcs8(key.pkcs8()).ok()?.sign(message).as_ref().to_vec()),
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_pkcs8(key.pkcs8()).ok()?;
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).ok()?;
            Some(signature)
        }
    }
}
