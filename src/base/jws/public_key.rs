//! A public key that verifies signatures: from a JWK (RFC 7517, RFC 7518 §6, RFC 8037 §2) or a PEM file.

use std::sync::Arc;

use aws_lc_rs::rsa::PublicKey as RsaPublicKey;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, ED25519, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use super::algorithm::{JwsAlgorithm, UnusableAlgorithm};
use crate::base::rsa_strength::is_strong_rsa;

/// The longest RSA modulus that the library verifies with, in bytes.
const MAX_MODULUS: usize = 1024;
/// The longest value of a member that an error shows.
const MAX_SHOWN: usize = 40;

/// A key that verifies signatures, parsed once. Clones are cheap.
#[derive(Clone)]
pub struct PublicKey(Arc<Parsed>);

struct Parsed {
    /// The bytes of the key: equal keys have equal bytes, whatever their name.
    material: Vec<u8>,
    /// The key for each algorithm that it may be used with.
    by_algorithm: Vec<(JwsAlgorithm, ParsedPublicKey)>,
}

/// Why a key verifies nothing. The text follows "the key" and a colon.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyDefect {
    /// Its use is not that of signatures (RFC 7517 §4.2).
    #[error("it is not for signatures (use)")]
    OtherUse,
    /// Its type is unknown or that of a shared secret.
    #[error("keys of its type (kty) are not supported{}", shown(.0.as_deref()))]
    Type(Option<String>),
    /// Its curve is unknown, as Ed448 or secp256k1 are.
    #[error("its curve (crv) is not supported{}", shown(.0.as_deref()))]
    Curve(Option<String>),
    /// It is for an algorithm that is not verified (RFC 7517 §4.4).
    #[error("its algorithm (alg) is not supported{}", shown(.0.name()))]
    Algorithm(UnusableAlgorithm),
    /// It is for another algorithm than the token's.
    #[error("it is for {0} only")]
    OtherAlgorithm(String),
    /// It is an RSA key that must not verify signatures.
    #[error("it is an RSA key of less than 2048 bits or with an exponent below 65537")]
    Weak,
    /// It is an RSA key that is too long to be used.
    #[error("it is an RSA key of more than 8192 bits")]
    TooLong,
    /// Members are missing, are not base64url, or are not a point of the curve.
    #[error("it is damaged ({0})")]
    Damaged(&'static str),
}

fn shown(name: Option<&str>) -> String {
    name.map(|name| format!(": {name}")).unwrap_or_default()
}

impl PublicKey {
    /// Parses a JWK. Members that do not concern verification are ignored.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyDefect> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if text("use").is_some_and(|usage| usage != "sig") {
            return Err(KeyDefect::OtherUse);
        }
        let only = text("alg").map(JwsAlgorithm::from_name).transpose().map_err(KeyDefect::Algorithm)?;
        let key = match text("kty") {
            Some("RSA") => rsa(&member(jwk, "n")?, &member(jwk, "e")?)?,
            Some("EC") => ec(text("crv"), &member(jwk, "x")?, &member(jwk, "y")?)?,
            Some("OKP") => okp(text("crv"), &member(jwk, "x")?)?,
            other => return Err(KeyDefect::Type(name_to_show(other))),
        };
        match only {
            Some(only) => key.limited_to(only),
            None => Ok(key),
        }
    }

    /// Parses the DER of a public key: `SubjectPublicKeyInfo` (RFC 5280 §4.1), or an RSA key by RFC 8017.
    pub fn from_der(der: &[u8]) -> Result<Self, KeyDefect> {
        if let Ok(key) = RsaPublicKey::from_der(der) {
            let [n, e] = [key.modulus(), key.exponent()].map(|part| part.big_endian_without_leading_zero());
            return rsa(n, e);
        }
        let kinds: [(JwsAlgorithm, &'static dyn VerificationAlgorithm); 4] = [
            (JwsAlgorithm::Es256, &ECDSA_P256_SHA256_FIXED),
            (JwsAlgorithm::Es384, &ECDSA_P384_SHA384_FIXED),
            (JwsAlgorithm::Es512, &ECDSA_P521_SHA512_FIXED),
            (JwsAlgorithm::EdDsa, &ED25519),
        ];
        let parsed = kinds.into_iter().find_map(|(algorithm, library)| Self::single(algorithm, library, "", der).ok());
        parsed.ok_or(KeyDefect::Type(None))
    }

    /// The algorithms that the key may be used with.
    pub fn algorithms(&self) -> impl Iterator<Item = JwsAlgorithm> {
        self.0.by_algorithm.iter().map(|(algorithm, _)| *algorithm)
    }

    /// Whether the key may be used with an algorithm.
    pub fn fits(&self, algorithm: JwsAlgorithm) -> bool {
        self.algorithms().any(|own| own == algorithm)
    }

    /// Whether both are the same key, whatever their names and algorithms.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.material == other.0.material
    }

    /// Whether the key verifies a signature. `false` if it must not be used with the algorithm.
    pub fn verifies(&self, algorithm: JwsAlgorithm, message: &[u8], signature: &[u8]) -> bool {
        let parsed = self.0.by_algorithm.iter().find(|(own, _)| *own == algorithm);
        parsed.is_some_and(|(_, key)| key.verify_sig(message, signature).is_ok())
    }

    /// This key, for one of its algorithms only.
    fn limited_to(self, only: JwsAlgorithm) -> Result<Self, KeyDefect> {
        if !self.fits(only) {
            return Err(KeyDefect::Damaged("alg does not fit kty"));
        }
        let Parsed { material, by_algorithm } =
            Arc::try_unwrap(self.0).map_err(|_| KeyDefect::Damaged("alg does not fit kty"))?;
        let by_algorithm = by_algorithm.into_iter().filter(|(own, _)| *own == only).collect();
        Ok(Self(Arc::new(Parsed { material, by_algorithm })))
    }

    fn single(
        algorithm: JwsAlgorithm,
        library: &'static dyn VerificationAlgorithm,
        members: &'static str,
        key: &[u8],
    ) -> Result<Self, KeyDefect> {
        let parsed = ParsedPublicKey::new(library, key).map_err(|_| KeyDefect::Damaged(members))?;
        Ok(Self(Arc::new(Parsed { material: key.to_vec(), by_algorithm: vec![(algorithm, parsed)] })))
    }
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, KeyDefect> {
    const KINDS: [(JwsAlgorithm, &RsaParameters); 6] = [
        (JwsAlgorithm::Rs256, &RSA_PKCS1_2048_8192_SHA256),
        (JwsAlgorithm::Rs384, &RSA_PKCS1_2048_8192_SHA384),
        (JwsAlgorithm::Rs512, &RSA_PKCS1_2048_8192_SHA512),
        (JwsAlgorithm::Ps256, &RSA_PSS_2048_8192_SHA256),
        (JwsAlgorithm::Ps384, &RSA_PSS_2048_8192_SHA384),
        (JwsAlgorithm::Ps512, &RSA_PSS_2048_8192_SHA512),
    ];
    let [n, e] = [modulus, exponent].map(without_zeros);
    if !is_strong_rsa(n, e) {
        return Err(KeyDefect::Weak);
    }
    if n.len() > MAX_MODULUS {
        return Err(KeyDefect::TooLong);
    }
    let components = RsaPublicKeyComponents { n, e };
    let parse = |(algorithm, library): (JwsAlgorithm, &'static RsaParameters)| {
        Some((algorithm, components.to_parsed_public_key(library).ok()?))
    };
    let by_algorithm: Vec<_> = KINDS.into_iter().filter_map(parse).collect();
    if by_algorithm.is_empty() {
        return Err(KeyDefect::Damaged("n, e"));
    }
    Ok(PublicKey(Arc::new(Parsed { material: [n, b".", e].concat(), by_algorithm })))
}

/// A point of a curve. Some software cuts leading zeros of a coordinate off, although RFC 7518 §6.2.1.2 forbids it.
fn ec(curve: Option<&str>, x: &[u8], y: &[u8]) -> Result<PublicKey, KeyDefect> {
    let (algorithm, library, length): (_, &'static dyn VerificationAlgorithm, usize) = match curve {
        Some("P-256") => (JwsAlgorithm::Es256, &ECDSA_P256_SHA256_FIXED, 32),
        Some("P-384") => (JwsAlgorithm::Es384, &ECDSA_P384_SHA384_FIXED, 48),
        Some("P-521") => (JwsAlgorithm::Es512, &ECDSA_P521_SHA512_FIXED, 66),
        other => return Err(KeyDefect::Curve(name_to_show(other))),
    };
    let mut point = vec![4];
    for coordinate in [x, y].map(without_zeros) {
        let zeros = length.checked_sub(coordinate.len()).ok_or(KeyDefect::Damaged("x, y"))?;
        point.extend(std::iter::repeat_n(0, zeros));
        point.extend_from_slice(coordinate);
    }
    PublicKey::single(algorithm, library, "x, y", &point)
}

fn okp(curve: Option<&str>, x: &[u8]) -> Result<PublicKey, KeyDefect> {
    match curve {
        Some("Ed25519") if x.len() == 32 => PublicKey::single(JwsAlgorithm::EdDsa, &ED25519, "x", x),
        Some("Ed25519") => Err(KeyDefect::Damaged("x")),
        other => Err(KeyDefect::Curve(name_to_show(other))),
    }
}

/// The bytes of a member in base64url; padding is accepted.
fn member(jwk: &Value, name: &'static str) -> Result<Vec<u8>, KeyDefect> {
    let text = jwk.get(name).and_then(Value::as_str).unwrap_or_default().trim_end_matches('=');
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| !bytes.is_empty());
    bytes.ok_or(KeyDefect::Damaged(name))
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

fn name_to_show(name: Option<&str>) -> Option<String> {
    let is_shown = |name: &&str| name.len() <= MAX_SHOWN && name.bytes().all(|byte| byte.is_ascii_graphic());
    name.filter(is_shown).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
        Ed25519KeyPair, KeyPair,
    };
    use serde_json::json;

    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// An RSA key of so many bits: its modulus has no known factors, so it verifies nothing.
    fn rsa_of(bits: usize, exponent: &[u8]) -> Value {
        json!({"kty": "RSA", "n": encoded(&vec![0xff; bits / 8]), "e": encoded(exponent)})
    }

    /// A JWK of a new key, with the signature of `message`.
    fn signed_by_ec(library: &'static EcdsaSigningAlgorithm, curve: &str, message: &[u8]) -> (Value, Vec<u8>) {
        let pair = EcdsaKeyPair::generate(library).expect("a key");
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(point.len() / 2);
        let signature = pair.sign(&SystemRandom::new(), message).expect("signed").as_ref().to_vec();
        (json!({"kty": "EC", "crv": curve, "x": encoded(x), "y": encoded(y)}), signature)
    }

    #[test]
    fn keys_of_the_larger_curves_verify() {
        for (library, curve, algorithm) in [
            (&ECDSA_P384_SHA384_FIXED_SIGNING, "P-384", JwsAlgorithm::Es384),
            (&ECDSA_P521_SHA512_FIXED_SIGNING, "P-521", JwsAlgorithm::Es512),
        ] {
            let (jwk, signature) = signed_by_ec(library, curve, b"m");
            let key = PublicKey::from_jwk(&jwk).expect(curve);
            assert!(key.verifies(algorithm, b"m", &signature) && !key.verifies(algorithm, b"n", &signature));
            assert!(!key.verifies(JwsAlgorithm::Es256, b"m", &signature), "only for its own algorithm");
            assert_eq!(key.algorithms().collect::<Vec<_>>(), [algorithm]);
        }
    }

    /// A coordinate that begins with zeros has them cut off by some software.
    #[test]
    fn a_coordinate_without_leading_zeros_is_read() {
        let message = b"m";
        let (jwk, signature) = loop {
            let (jwk, signature) = signed_by_ec(&ECDSA_P521_SHA512_FIXED_SIGNING, "P-521", message);
            if jwk["x"].as_str().is_some_and(|x| x.starts_with("AA")) {
                break (jwk, signature);
            }
        };
        let x = URL_SAFE_NO_PAD.decode(jwk["x"].as_str().expect("x")).expect("base64url");
        let mut cut = jwk.clone();
        cut["x"] = json!(encoded(without_zeros(&x)));
        let [whole, cut] = [&jwk, &cut].map(|jwk| PublicKey::from_jwk(jwk).expect("a key"));
        assert!(cut.verifies(JwsAlgorithm::Es512, message, &signature) && cut.is_same(&whole));
    }

    #[test]
    fn both_names_of_ed25519_are_read_in_a_key() {
        let pair = Ed25519KeyPair::generate().expect("a key");
        for alg in [json!("EdDSA"), json!("Ed25519"), json!(null)] {
            let jwk = json!({"kty": "OKP", "crv": "Ed25519", "alg": alg, "x": encoded(pair.public_key().as_ref())});
            let key = PublicKey::from_jwk(&jwk).expect("a key");
            assert!(key.verifies(JwsAlgorithm::EdDsa, b"m", pair.sign(b"m").as_ref()), "{alg}");
        }
    }

    /// Each defect is named, so that an operator does not look for a wrong signature.
    #[test]
    fn an_unusable_key_is_named() {
        let good = rsa_of(2048, &[1, 0, 1]);
        let with = |name: &str, value: Value| {
            let mut jwk = good.clone();
            jwk[name] = value;
            jwk
        };
        let (x, short) = (encoded(&[1; 32]), encoded(&[1; 31]));
        for (jwk, reported) in [
            (with("use", json!("enc")), "not for signatures (use)"),
            (with("alg", json!("ES256K")), "its algorithm (alg) is not supported: ES256K"),
            (with("alg", json!("Ed448")), "its algorithm (alg) is not supported: Ed448"),
            (with("alg", json!("RSA-OAEP")), "its algorithm (alg) is not supported: RSA-OAEP"),
            (with("alg", json!("ES256")), "alg does not fit kty"),
            (with("kty", json!("AKP")), "keys of its type (kty) are not supported: AKP"),
            (with("kty", json!("oct")), "keys of its type (kty) are not supported: oct"),
            (with("kty", json!(7)), "keys of its type (kty) are not supported"),
            (with("n", json!("+/")), "damaged (n)"),
            (with("e", json!(null)), "damaged (e)"),
            (rsa_of(1024, &[1, 0, 1]), "less than 2048 bits"),
            (rsa_of(2040, &[1, 0, 1]), "less than 2048 bits"),
            (rsa_of(2048, &[3]), "exponent below 65537"),
            (rsa_of(16384, &[1, 0, 1]), "more than 8192 bits"),
            (json!({"kty": "OKP", "crv": "Ed448", "x": x}), "its curve (crv) is not supported: Ed448"),
            (json!({"kty": "OKP", "crv": "Ed25519", "x": short}), "damaged (x)"),
            (json!({"kty": "EC", "crv": "secp256k1", "x": x, "y": x}), "its curve (crv) is not supported: secp256k1"),
            (json!({"kty": "EC", "crv": "P-256", "x": x, "y": x}), "damaged (x, y)"),
            (json!({"kty": "EC", "crv": "P-256", "x": x}), "damaged (y)"),
            (json!("key"), "keys of its type (kty) are not supported"),
        ] {
            let defect = PublicKey::from_jwk(&jwk).err().expect("unusable").to_string();
            assert!(defect.contains(reported), "{defect} for {jwk}");
        }
        assert!(PublicKey::from_jwk(&good).is_ok());
    }

    #[test]
    fn the_der_of_every_type_is_read() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P521_SHA512_FIXED_SIGNING).expect("a key");
        let der: aws_lc_rs::encoding::PublicKeyX509Der<'_> = pair.public_key().as_der().expect("DER");
        let key = PublicKey::from_der(der.as_ref()).expect("a key");
        let signature = pair.sign(&SystemRandom::new(), b"m").expect("signed");
        assert!(key.verifies(JwsAlgorithm::Es512, b"m", signature.as_ref()));
        assert_eq!(PublicKey::from_der(b"x").err(), Some(KeyDefect::Type(None)));
    }
}
