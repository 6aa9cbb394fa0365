//! The ring of secret keys: encrypts what is stored, and authenticates what a browser holds.
//!
//! The first key of the ring encrypts and authenticates; every key decrypts and verifies. So a key can be replaced without
//! signing anyone out.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::{digest, hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dashmap::DashMap;

/// The version byte of sealed values and MACs.
const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 4;
/// The length of a MAC in bytes: version, key id, HMAC-SHA-256.
pub const MAC_LEN: usize = 1 + KEY_ID_LEN + 32;

type KeyId = [u8; KEY_ID_LEN];

/// The ring of 32-byte keys from `secrets.keys`.
pub struct Ring {
    first: Key,
    others: Vec<Key>,
}

struct Key {
    id: KeyId,
    sealing: RandomizedNonceKey,
    root: hkdf::Prk,
    /// The keys of purposes without an owner, by their names: deriving one costs several hashes, and each request with a session
    /// cookie needs one.
    shared: DashMap<&'static str, hmac::Key>,
}

/// The purpose of a MAC. Each purpose has a key of its own, derived from the ring's (HKDF).
#[derive(Clone, Copy)]
pub struct Purpose<'a> {
    /// The kind of value that is authenticated; without NUL bytes.
    pub name: &'static str,
    /// The owner, if each owner has a key too; otherwise empty.
    pub of: &'a [u8],
}

/// Why a key of `secrets.keys` is rejected.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SecretKeyError {
    /// It is not 32 bytes in base64.
    #[error("is not 32 bytes in base64")]
    Shape,
    /// All its bytes are equal: a placeholder, not a random key.
    #[error("is not random")]
    Weak,
    /// It is in the ring twice.
    #[error("stands in the ring twice")]
    Twice,
    /// The ring has no keys.
    #[error("no key was given")]
    Missing,
}

/// Why a sealed value does not open.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum UnsealError {
    /// It was sealed under a key that is not in the ring.
    #[error("sealed under a key that is not in the ring")]
    UnknownKey,
    /// It was truncated, altered, or sealed for another row.
    #[error("damaged, or not from here")]
    Broken,
}

impl Ring {
    /// Parses a ring of base64 keys; the first one seals. The error has the key's position, from 0.
    pub fn parse<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, (usize, SecretKeyError)> {
        let mut ring: Vec<Key> = Vec::new();
        for (place, text) in keys.into_iter().enumerate() {
            let key = Key::parse(text).map_err(|bad| (place, bad))?;
            if ring.iter().any(|other| other.id == key.id) {
                return Err((place, SecretKeyError::Twice));
            }
            ring.push(key);
        }
        let mut keys = ring.into_iter();
        let first = keys.next().ok_or((0, SecretKeyError::Missing))?;
        Ok(Self { first, others: keys.collect() })
    }

    /// Encrypts `plain` with AES-256-GCM: `version ‖ key id ‖ nonce ‖ ciphertext`. `about` names the table, row and column;
    /// it is the associated data, so the value opens nowhere else.
    pub fn seal(&self, about: &str, plain: &[u8]) -> Vec<u8> {
        let key = &self.first;
        let mut body = plain.to_vec();
        // Encryption fails only for plaintexts of 64 GiB.
        let Ok(nonce) = key.sealing.seal_in_place_append_tag(Aad::from(about.as_bytes()), &mut body) else {
            std::process::abort()
        };
        let mut sealed = Vec::with_capacity(1 + KEY_ID_LEN + NONCE_LEN + body.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&key.id);
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&body);
        sealed
    }

    /// Decrypts a value of [`Ring::seal`] with the same `about`.
    pub fn open(&self, about: &str, sealed: &[u8]) -> Result<Vec<u8>, UnsealError> {
        let (id, rest) = split_head(sealed).ok_or(UnsealError::Broken)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(UnsealError::Broken)?;
        let key = self.find(id).ok_or(UnsealError::UnknownKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| UnsealError::Broken)?;
        let mut body = body.to_vec();
        let opened = key.sealing.open_in_place(nonce, Aad::from(about.as_bytes()), &mut body);
        let length = opened.map_err(|_| UnsealError::Broken)?.len();
        body.truncate(length);
        Ok(body)
    }

    /// The key id of the first key: the bytes after the version in everything that it sealed.
    pub fn first_id(&self) -> [u8; KEY_ID_LEN] {
        self.first.id
    }

    /// Authenticates `data` for one purpose: `version ‖ key id ‖ HMAC`.
    pub fn mac(&self, purpose: Purpose<'_>, data: &[u8]) -> [u8; MAC_LEN] {
        self.first.mac(purpose, data)
    }

    /// The MACs of [`Ring::mac`] with each key of the ring; the first key first.
    pub fn macs<'a>(&'a self, purpose: Purpose<'a>, data: &'a [u8]) -> impl Iterator<Item = [u8; MAC_LEN]> + 'a {
        std::iter::once(&self.first).chain(&self.others).map(move |key| key.mac(purpose, data))
    }

    /// Whether `mac` is from [`Ring::mac`] over the same data for the same purpose. Takes constant time.
    pub fn verify_mac(&self, purpose: Purpose<'_>, data: &[u8], mac: &[u8]) -> bool {
        let Some((id, tag)) = split_head(mac) else { return false };
        self.find(id).is_some_and(|key| key.with_mac_key(purpose, |mac_key| hmac::verify(mac_key, data, tag).is_ok()))
    }

    fn find(&self, id: &[u8]) -> Option<&Key> {
        std::iter::once(&self.first).chain(&self.others).find(|key| key.id == id)
    }
}

impl Key {
    fn parse(text: &str) -> Result<Self, SecretKeyError> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| SecretKeyError::Shape)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| SecretKeyError::Shape)?;
        if bytes.iter().all(|byte| byte == bytes.first().unwrap_or(byte)) {
            return Err(SecretKeyError::Weak);
        }
        let fingerprint = digest::digest(&digest::SHA256, &bytes);
        let id = *fingerprint.as_ref().first_chunk().ok_or(SecretKeyError::Shape)?;
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"vestibule").extract(&bytes);
        let mut sealing = [0; 32];
        let sealing = derive(&root, &[b"seal"], &mut sealing);
        let sealing = RandomizedNonceKey::new(&AES_256_GCM, sealing).map_err(|_| SecretKeyError::Shape)?;
        Ok(Self { id, sealing, root, shared: DashMap::new() })
    }

    fn mac(&self, purpose: Purpose<'_>, data: &[u8]) -> [u8; MAC_LEN] {
        let tag = self.with_mac_key(purpose, |mac_key| hmac::sign(mac_key, data));
        let parts = [VERSION].into_iter().chain(self.id).chain(tag.as_ref().iter().copied());
        let mut mac = [0; MAC_LEN];
        mac.iter_mut().zip(parts).for_each(|(place, byte)| *place = byte);
        mac
    }

    fn with_mac_key<T>(&self, purpose: Purpose<'_>, work: impl FnOnce(&hmac::Key) -> T) -> T {
        if !purpose.of.is_empty() {
            return work(&self.mac_key(purpose));
        }
        if let Some(known) = self.shared.get(purpose.name) {
            return work(&known);
        }
        work(&self.shared.entry(purpose.name).or_insert_with(|| self.mac_key(purpose)))
    }

    fn mac_key(&self, purpose: Purpose<'_>) -> hmac::Key {
        let mut bytes = [0; 32];
        let info = [purpose.name.as_bytes(), &[0], purpose.of];
        hmac::Key::new(hmac::HMAC_SHA256, derive(&self.root, &info, &mut bytes))
    }
}

fn derive<'a>(root: &hkdf::Prk, info: &[&[u8]], out: &'a mut [u8; 32]) -> &'a [u8] {
    // HKDF-SHA-256 fails only for more than 8,160 bytes.
    let filled = root.expand(info, hkdf::HKDF_SHA256).and_then(|okm| okm.fill(out));
    if filled.is_err() {
        std::process::abort();
    }
    out
}

fn split_head(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (version, rest) = bytes.split_first()?;
    (*version == VERSION).then_some(())?;
    rest.split_at_checked(KEY_ID_LEN)
}

/// Generates a key for the ring: 32 random bytes in base64.
pub fn generate_key() -> super::secret::Plain {
    super::secret::Plain::new(STANDARD.encode(super::secret::random_bytes::<32>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: Purpose<'static> = Purpose { name: "cookie", of: b"" };

    fn ring(keys: &[&str]) -> Ring {
        Ring::parse(keys.iter().copied()).map_err(|(_, bad)| bad).expect("a good ring")
    }

    #[test]
    fn a_sealed_value_opens_only_with_the_same_context() {
        let key = generate_key();
        let ring = ring(&[key.expose()]);
        let sealed = ring.seal("subs:1:token", b"secret");
        assert_eq!(ring.open("subs:1:token", &sealed), Ok(b"secret".to_vec()));
        assert_eq!(ring.open("subs:2:token", &sealed), Err(UnsealError::Broken));
        for place in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[place] ^= 1;
            assert!(ring.open("subs:1:token", &bent).is_err(), "byte {place} may be altered");
        }
    }

    #[test]
    fn older_keys_of_the_ring_decrypt_and_verify() {
        let (old, new) = (generate_key(), generate_key());
        let before = ring(&[old.expose()]);
        let after = ring(&[new.expose(), old.expose()]);
        let without = ring(&[new.expose()]);
        let sealed = before.seal("x", b"secret");
        assert!(after.open("x", &sealed).is_ok());
        assert_eq!(without.open("x", &sealed), Err(UnsealError::UnknownKey));
        let mac = before.mac(COOKIE, b"id");
        assert!(after.verify_mac(COOKIE, b"id", &mac));
        assert!(!without.verify_mac(COOKIE, b"id", &mac));
    }

    #[test]
    fn a_mac_is_bound_to_data_and_purpose() {
        let key = generate_key();
        let ring = ring(&[key.expose()]);
        let mac = ring.mac(COOKIE, b"id");
        assert!(ring.verify_mac(COOKIE, b"id", &mac));
        assert!(!ring.verify_mac(Purpose { name: "refresh", of: b"" }, b"id", &mac));
        assert!(!ring.verify_mac(Purpose { name: "cookie", of: b"another's" }, b"id", &mac));
        assert!(!ring.verify_mac(COOKIE, b"other", &mac));
        assert!(!ring.verify_mac(COOKIE, b"id", &mac[..20]));
        assert!(!ring.verify_mac(COOKIE, b"id", b""));
    }

    /// LG-06
    #[test]
    fn bad_keys_are_refused_with_their_position() {
        let good = generate_key();
        let zeros = STANDARD.encode([0; 32]);
        let refused = |keys: &[&str]| Ring::parse(keys.iter().copied()).err();
        assert_eq!(refused(&[]), Some((0, SecretKeyError::Missing)));
        assert_eq!(refused(&["short"]), Some((0, SecretKeyError::Shape)));
        assert_eq!(refused(&[good.expose(), &zeros]), Some((1, SecretKeyError::Weak)));
        assert_eq!(refused(&[good.expose(), good.expose()]), Some((1, SecretKeyError::Twice)));
    }
}
