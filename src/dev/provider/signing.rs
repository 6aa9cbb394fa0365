//! The provider's signing key. It uses RS256, which every OpenID provider must support.

use aws_lc_rs::digest;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, PublicKeyComponents};
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

/// The only signing key, generated at every start.
pub(super) struct SigningKey {
    pair: RsaKeyPair,
    kid: String,
}

impl SigningKey {
    /// Generates an RSA key of 2048 bits.
    pub(super) fn generate() -> Result<Self, Unspecified> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048)?;
        let kid = left_half_of_hash(pair.public_key().as_ref());
        Ok(Self { pair, kid })
    }

    /// The JWK Set (RFC 7517).
    pub(super) fn jwks(&self) -> Value {
        let public = PublicKeyComponents::<Vec<u8>>::from(self.pair.public_key());
        let (n, e) = (URL_SAFE_NO_PAD.encode(public.n), URL_SAFE_NO_PAD.encode(public.e));
        json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e}]})
    }

    /// Signs claims as a JWT. With `broken`, one bit of the signature is wrong.
    pub(super) fn sign(&self, claims: &Map<String, Value>, broken: bool) -> Result<String, Unspecified> {
        let header = json!({"alg": "RS256", "typ": "JWT", "kid": self.kid});
        let encoded = |part: String| URL_SAFE_NO_PAD.encode(part);
        let signed = format!("{}.{}", encoded(header.to_string()), encoded(Value::from(claims.clone()).to_string()));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)?;
        if let (true, Some(last)) = (broken, signature.last_mut()) {
            *last ^= 1;
        }
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Verifies a JWT of this key and returns its claims. Ignores the expiry, because a logout hint may have expired.
    pub(super) fn read(&self, token: &str) -> Option<Map<String, Value>> {
        use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
        let (signed, signature) = token.rsplit_once('.')?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public_key());
        key.verify(signed.as_bytes(), &signature).ok()?;
        let (_, claims) = signed.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }
}

/// The left half of a SHA-256 in base64url: `at_hash` (OpenID Connect Core §3.1.3.6), and the `kid`.
pub(super) fn left_half_of_hash(bytes: &[u8]) -> String {
    let hash = digest::digest(&digest::SHA256, bytes);
    URL_SAFE_NO_PAD.encode(hash.as_ref().first_chunk::<16>().unwrap_or(&[0; 16]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unbroken_signature_verifies() {
        let key = SigningKey::generate().expect("a key");
        let claims: Map<String, Value> = [("sub".to_owned(), json!("ada"))].into_iter().collect();
        let whole = key.sign(&claims, false).expect("a token");
        assert_eq!(key.read(&whole), Some(claims.clone()));
        assert_eq!(key.read(&key.sign(&claims, true).expect("a token")), None);
        assert_eq!(key.read("x.y"), None);
    }
}
