//! RSASSA-PKCS1-v1_5 with SHA-1 (RFC 8017 §8.2.1), only for RSA-SHA1 of OAuth 1.0a.
//!
//! `aws-lc-rs` verifies such signatures but does not create them, and the private-key operations of `rsa` have a timing side
//! channel (RUSTSEC-2023-0071). The exponentiation is done by `crypto-bigint`, whose time depends on sizes only. Each
//! signature is verified before it is returned, because a wrong one could reveal the key.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RsaPublicKeyComponents};
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Limb, Odd, Uint};

/// The prefix of a SHA-1 `DigestInfo` (RFC 8017 §9.2, note 1).
const DIGEST_INFO: [u8; 15] =
    [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14];
// DER tags (X.690 §8.1.2).
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
/// The largest modulus, in bytes.
const MAX_MODULUS_BYTES: usize = 512;

/// A private RSA key of 2048 to 4096 bits; a signature with a larger one would block the thread too long. It is a secret and
/// does not implement `Debug`.
pub struct RsaSha1 {
    modulus: Vec<u8>,
    public_exponent: Vec<u8>,
    private_exponent: Vec<u8>,
}

impl RsaSha1 {
    /// Parses a PKCS#8 key; `None` if it is not an RSA key of a supported size.
    pub fn from_pkcs8(pkcs8: &[u8]) -> Option<Self> {
        // Checks that the parts are consistent and that the key has at least 2048 bits.
        let checked = KeyPair::from_pkcs8(pkcs8).ok()?;
        let public = checked.public_key();
        let (modulus, public_exponent) = (public.modulus(), public.exponent());
        let modulus = modulus.big_endian_without_leading_zero().to_vec();
        let public_exponent = public_exponent.big_endian_without_leading_zero().to_vec();
        let private_exponent = private_exponent(pkcs8)?.to_vec();
        let is_supported = modulus.len() <= MAX_MODULUS_BYTES && private_exponent.len() <= modulus.len();
        is_supported.then_some(Self { modulus, public_exponent, private_exponent })
    }

    /// Signs a message; `None` only if the key is damaged.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let padded = self.padded(message)?;
        let signature = match self.modulus.len() {
            0..=256 => self.power::<{ limbs(256) }>(&padded)?,
            257..=384 => self.power::<{ limbs(384) }>(&padded)?,
            _ => self.power::<{ limbs(512) }>(&padded)?,
        };
        let public = RsaPublicKeyComponents { n: &self.modulus, e: &self.public_exponent };
        public.verify(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, message, &signature).ok()?;
        Some(signature)
    }

    /// The EMSA-PKCS1-v1_5 encoding (RFC 8017 §9.2).
    fn padded(&self, message: &[u8]) -> Option<Vec<u8>> {
        let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, message);
        let filling = self.modulus.len().checked_sub(3 + DIGEST_INFO.len() + hash.as_ref().len())?;
        Some([&[0, 1][..], &vec![0xff; filling], &[0], &DIGEST_INFO, hash.as_ref()].concat())
    }

    /// The signature primitive RSASP1 (RFC 8017 §5.2.1).
    fn power<const LIMBS: usize>(&self, padded: &[u8]) -> Option<Vec<u8>> {
        let modulus = Option::from(Odd::new(number::<LIMBS>(&self.modulus)?))?;
        let exponent = number::<LIMBS>(&self.private_exponent)?;
        let base = FixedMontyForm::new(&number(padded)?, &FixedMontyParams::new_vartime(modulus));
        let bits = u32::try_from(self.modulus.len() * 8).ok()?;
        let power = base.pow_bounded_exp(&exponent, bits).retrieve().to_be_bytes();
        let bytes: &[u8] = power.as_ref();
        bytes.get(bytes.len().checked_sub(self.modulus.len())?..).map(<[u8]>::to_vec)
    }
}

const fn limbs(bytes: usize) -> usize {
    bytes / Limb::BYTES
}

/// Big-endian bytes as an integer of this size; `None` if they are too long.
fn number<const LIMBS: usize>(bytes: &[u8]) -> Option<Uint<LIMBS>> {
    let missing = (LIMBS * Limb::BYTES).checked_sub(bytes.len())?;
    Some(Uint::from_be_slice(&[&vec![0; missing][..], bytes].concat()))
}

/// The private exponent in `PrivateKeyInfo` (RFC 5958 §2) that contains an `RSAPrivateKey` (RFC 8017 §A.1.2).
fn private_exponent(pkcs8: &[u8]) -> Option<&[u8]> {
    let info = member(pkcs8, SEQUENCE)?.0;
    let (_version, rest) = member(info, INTEGER)?;
    let (_algorithm, rest) = member(rest, SEQUENCE)?;
    let key = member(member(rest, OCTET_STRING)?.0, SEQUENCE)?.0;
    let (_version, rest) = member(key, INTEGER)?;
    let (_modulus, rest) = member(rest, INTEGER)?;
    let (_public_exponent, rest) = member(rest, INTEGER)?;
    let exponent = member(rest, INTEGER)?.0;
    Some(exponent.strip_prefix(&[0]).unwrap_or(exponent))
}

/// The content of the first DER value, which must have this tag, and the bytes after it.
fn member(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        ..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    (found == tag).then_some(rest.split_at_checked(length)).flatten()
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rsa::{KeySize, PrivateDecryptingKey};
    use aws_lc_rs::signature::EcdsaKeyPair;

    use super::*;

    fn key(size: KeySize) -> Vec<u8> {
        let key = PrivateDecryptingKey::generate(size).expect("a key");
        AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&key).expect("DER").as_ref().to_vec()
    }

    /// For each key size, `aws-lc-rs` verifies the signature.
    #[test]
    fn signatures_of_every_key_size_verify() {
        for size in [KeySize::Rsa2048, KeySize::Rsa3072, KeySize::Rsa4096] {
            let key = RsaSha1::from_pkcs8(&key(size)).expect("a key");
            let signature = key.sign(b"message").expect("a signature");
            assert_eq!(signature.len(), key.modulus.len());
            let public = RsaPublicKeyComponents { n: &key.modulus, e: &key.public_exponent };
            let verify = |message: &[u8]| {
                public.verify(&RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, message, &signature).is_ok()
            };
            assert!(verify(b"message") && !verify(b"another"));
        }
    }

    #[test]
    fn a_damaged_key_does_not_sign() {
        let pkcs8 = key(KeySize::Rsa2048);
        let mut damaged = RsaSha1::from_pkcs8(&pkcs8).expect("a key");
        damaged.private_exponent[10] ^= 1;
        assert!(damaged.sign(b"message").is_none());
        assert!(RsaSha1::from_pkcs8(&pkcs8[..pkcs8.len() - 1]).is_none());
        assert!(RsaSha1::from_pkcs8(b"").is_none());
        let algorithm = &aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
        let other = EcdsaKeyPair::generate_pkcs8(algorithm, &aws_lc_rs::rand::SystemRandom::new()).expect("a key");
        assert!(RsaSha1::from_pkcs8(other.as_ref()).is_none());
    }
}
