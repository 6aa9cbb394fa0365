//! The provider's key set (RFC 7517), and the choice of the key that verifies a signature.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJsonWebKeyType, CoreJsonWebKeyUse, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey, JsonWebKeyAlgorithm, JwsSigningAlgorithm};
use serde_json::Value;

use crate::base::rsa_strength::is_strong_rsa;

/// The keys of a key set that verify signatures, at least one of them a strong one.
pub struct KeySet(Vec<Key>);

struct Key {
    jwk: CoreJsonWebKey,
    /// The only issuer for which the key signs, in a key set of several issuers (Microsoft Entra).
    issuer: Option<String>,
    /// Whether it may verify a signature: false for weak RSA keys, which are kept to name the reason.
    is_strong: bool,
}

/// Why no single key matches a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// No key matches; the provider may have published a new one.
    Unknown,
    /// More than one key matches (RT-22).
    Ambiguous,
    /// The only matching keys are RSA keys of less than 2,048 bits or with an exponent below 65,537.
    Weak,
}

impl KeySet {
    /// Parses a key set. Unreadable keys and keys that do not verify signatures are skipped; it is an error if no strong key is
    /// left.
    pub fn read(document: &Value) -> Result<Self, String> {
        let listed = document.get("keys").and_then(Value::as_array).ok_or("the key set has no list of keys")?;
        let keys: Vec<_> = listed.iter().filter_map(usable).collect();
        if keys.iter().any(|key| key.is_strong) {
            Ok(Self(keys))
        } else if keys.is_empty() {
            Err("the key set has no usable key".into())
        } else {
            Err("the key set has only RSA keys of less than 2048 bits or with an exponent below 65537".into())
        }
    }

    /// The only key that matches `kid` (if given), algorithm and issuers. With a non-empty `issuers`, a key that names another
    /// issuer does not match (AC-13); a key that names no issuer matches.
    pub fn find(
        &self,
        kid: Option<&str>,
        algorithm: &CoreJwsSigningAlgorithm,
        issuers: &[&str],
    ) -> Result<&CoreJsonWebKey, KeyError> {
        let of_issuer =
            |key: &&Key| issuers.is_empty() || key.issuer.as_deref().is_none_or(|issuer| issuers.contains(&issuer));
        let of_kid = |key: &&Key| kid.is_none() || key.jwk.key_id().map(|id| id.as_str()) == kid;
        let matching = self.0.iter().filter(of_issuer).filter(of_kid).filter(|key| matches(&key.jwk, algorithm));
        let (strong, weak): (Vec<&Key>, Vec<&Key>) = matching.partition(|key| key.is_strong);
        match strong.as_slice() {
            [key] => Ok(&key.jwk),
            [] if weak.is_empty() => Err(KeyError::Unknown),
            [] => Err(KeyError::Weak),
            _ => Err(KeyError::Ambiguous),
        }
    }
}

fn usable(key: &Value) -> Option<Key> {
    let issuer = key.get("issuer").and_then(Value::as_str).map(String::from);
    let is_strong = is_strong(key);
    let key: CoreJsonWebKey = serde_json::from_value(key.clone()).ok()?;
    let signs = !matches!(key.key_use(), Some(CoreJsonWebKeyUse::Encryption | CoreJsonWebKeyUse::Other(_)));
    (signs && *key.key_type() != CoreJsonWebKeyType::Symmetric).then_some(Key { jwk: key, issuer, is_strong })
}

/// Whether a JWK may verify signatures; only RSA keys can be too weak.
fn is_strong(key: &Value) -> bool {
    let number = |name: &str| {
        let text = key.get(name).and_then(Value::as_str).unwrap_or_default();
        URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).unwrap_or_default()
    };
    key.get("kty").and_then(Value::as_str) != Some("RSA") || is_strong_rsa(&number("n"), &number("e"))
}

fn matches(key: &CoreJsonWebKey, algorithm: &CoreJwsSigningAlgorithm) -> bool {
    let of_algorithm = match key.signing_alg() {
        JsonWebKeyAlgorithm::Unspecified => true,
        JsonWebKeyAlgorithm::Algorithm(only) => only == algorithm,
        JsonWebKeyAlgorithm::Unsupported => false,
    };
    of_algorithm && algorithm.key_type().as_ref() == Some(key.key_type())
}

#[cfg(test)]
mod tests {
    use CoreJwsSigningAlgorithm::{EcdsaP256Sha256, RsaSsaPkcs1V15Sha256};
    use serde_json::json;

    use super::*;

    fn rsa(kid: &str) -> Value {
        rsa_of(kid, 256, &[1, 0, 1])
    }

    /// An RSA key with a modulus of so many bytes.
    fn rsa_of(kid: &str, bytes: usize, exponent: &[u8]) -> Value {
        let [n, e] = [&vec![0xff; bytes], exponent].map(|number| URL_SAFE_NO_PAD.encode(number));
        json!({"kty": "RSA", "kid": kid, "use": "sig", "n": n, "e": e})
    }

    /// Weak keys verify nothing, and do not make a strong one ambiguous.
    #[test]
    fn an_rsa_key_below_2048_bits_or_with_a_small_exponent_is_not_used() {
        let weak = [rsa_of("a", 128, &[1, 0, 1]), rsa_of("b", 255, &[1, 0, 1]), rsa_of("c", 256, &[3])];
        let read = |keys: &[Value]| KeySet::read(&json!({ "keys": keys }));
        for key in &weak {
            let refused = read(std::slice::from_ref(key)).err().expect("no strong key");
            assert!(refused.contains("2048 bits"), "{refused}");
        }
        let keys = read(&[&weak[..], &[rsa("d")]].concat()).expect("one is strong");
        for kid in ["a", "b", "c"] {
            assert_eq!(keys.find(Some(kid), &RsaSsaPkcs1V15Sha256, &[]).err(), Some(KeyError::Weak), "{kid}");
        }
        assert!(keys.find(None, &RsaSsaPkcs1V15Sha256, &[]).is_ok());
        assert!(keys.find(Some("d"), &RsaSsaPkcs1V15Sha256, &[]).is_ok());
    }

    #[test]
    fn unusable_keys_are_skipped_and_a_set_without_usable_keys_is_an_error() {
        let encrypting = json!({"kty": "RSA", "kid": "enc", "use": "enc", "n": "AQAB", "e": "AQAB"});
        let secret = json!({"kty": "oct", "kid": "k", "k": "AQAB"});
        let unread = json!({"kty": "RSA", "kid": 7});
        let odd = json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": "x"});
        let bad = json!([encrypting, secret, unread, odd, null, "key"]);
        assert!(KeySet::read(&json!({"keys": bad})).is_err());
        assert!(KeySet::read(&json!({"keys": []})).is_err());
        assert!(KeySet::read(&json!({"keys": null})).is_err());
        assert!(KeySet::read(&json!([])).is_err());
        let mut mixed = bad.as_array().expect("a list").clone();
        mixed.push(rsa("good"));
        assert_eq!(KeySet::read(&json!({"keys": mixed})).expect("one is good").0.len(), 1);
    }

    /// RT-21, RT-22
    #[test]
    fn a_key_is_found_by_kid_or_as_the_only_match() {
        let one = KeySet::read(&json!({"keys": [rsa("a")]})).expect("good");
        assert!(one.find(None, &RsaSsaPkcs1V15Sha256, &[]).is_ok());
        assert!(one.find(Some("a"), &RsaSsaPkcs1V15Sha256, &[]).is_ok());
        assert_eq!(one.find(Some("b"), &RsaSsaPkcs1V15Sha256, &[]).err(), Some(KeyError::Unknown));
        assert_eq!(one.find(Some("a"), &EcdsaP256Sha256, &[]).err(), Some(KeyError::Unknown));
        let two = KeySet::read(&json!({"keys": [rsa("a"), rsa("b")]})).expect("good");
        assert_eq!(two.find(None, &RsaSsaPkcs1V15Sha256, &[]).err(), Some(KeyError::Ambiguous));
        assert!(two.find(Some("b"), &RsaSsaPkcs1V15Sha256, &[]).is_ok());
        let twice = KeySet::read(&json!({"keys": [rsa("a"), rsa("a")]})).expect("good");
        assert_eq!(twice.find(Some("a"), &RsaSsaPkcs1V15Sha256, &[]).err(), Some(KeyError::Ambiguous));
    }

    /// AC-13
    #[test]
    fn a_key_of_another_issuer_does_not_match() {
        let mut own = rsa("a");
        own["issuer"] = json!("https://op.example/{tenantid}");
        let mut other = rsa("b");
        other["issuer"] = json!("https://op.example/other");
        let keys = KeySet::read(&json!({"keys": [own, other, rsa("c")]})).expect("good");
        let found = |kid: &str, issuers: &[&str]| keys.find(Some(kid), &RsaSsaPkcs1V15Sha256, issuers).is_ok();
        let issuers = ["https://op.example/{tenantid}", "https://op.example/this"];
        assert_eq!(["a", "b", "c"].map(|kid| found(kid, &issuers)), [true, false, true]);
        assert_eq!(["a", "b", "c"].map(|kid| found(kid, &[])), [true; 3], "at a provider with one issuer");
    }
}
