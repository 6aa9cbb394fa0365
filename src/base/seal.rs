//! The secret ring: what is sealed at rest, and what is marked as ours in a browser's hands.
//!
//! The first key of the ring seals and marks; all of them open and check, so that a key can be replaced without
//! logging anyone out.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::{digest, hkdf, hmac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The format of everything that the ring makes.
const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 4;
/// Bytes of a mark: version, key id, HMAC-SHA-256.
pub const MARK_LEN: usize = 1 + KEY_ID_LEN + 32;

type KeyId = [u8; KEY_ID_LEN];

/// The ring of 32-byte keys from `secrets.keys`.
pub struct Ring {
    first: Key,
    others: Vec<Key>,
}

struct Key {
    id: KeyId,
    sealing: RandomizedNonceKey,
    marking: hkdf::Prk,
}

/// What something is marked for; each has a key of its own, derived from the ring's.
#[derive(Clone, Copy)]
pub struct Purpose<'a> {
    /// The kind of thing, without a NUL.
    pub name: &'static str,
    /// Whose it is, where each owner has a key too.
    pub of: &'a [u8],
}

/// What is wrong with a key of the ring.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadKey {
    /// Not 32 bytes in base64.
    #[error("is not 32 bytes in base64")]
    Shape,
    /// All its bytes are the same: an example, not a key.
    #[error("is not random")]
    Weak,
    /// Stands in the ring twice.
    #[error("stands in the ring twice")]
    Twice,
    /// No key at all.
    #[error("no key was given")]
    Missing,
}

/// Why something sealed could not be opened.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unsealable {
    /// Sealed under a key that is not in the ring.
    #[error("sealed under a key that is not in the ring")]
    UnknownKey,
    /// Cut, altered, or moved here from another row.
    #[error("damaged, or not from here")]
    Broken,
}

impl Ring {
    /// Reads a ring from base64 keys, the sealing one first. The error carries the key's place, from 0.
    pub fn parse<'a>(keys: impl IntoIterator<Item = &'a str>) -> Result<Self, (usize, BadKey)> {
        let mut ring: Vec<Key> = Vec::new();
        for (place, text) in keys.into_iter().enumerate() {
            let key = Key::parse(text).map_err(|bad| (place, bad))?;
            if ring.iter().any(|other| other.id == key.id) {
                return Err((place, BadKey::Twice));
            }
            ring.push(key);
        }
        let mut keys = ring.into_iter();
        let first = keys.next().ok_or((0, BadKey::Missing))?;
        Ok(Self { first, others: keys.collect() })
    }

    /// Seals `plain` for the place that `about` names (table, row and column): `version ‖ key id ‖ nonce ‖ AES-256-GCM`.
    pub fn seal(&self, about: &str, plain: &[u8]) -> Vec<u8> {
        let key = &self.first;
        let mut body = plain.to_vec();
        // Sealing fails only for plaintexts of 64 GiB.
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

    /// Opens what [`Ring::seal`] made for the same place.
    pub fn open(&self, about: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let (id, rest) = split_head(sealed).ok_or(Unsealable::Broken)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN).ok_or(Unsealable::Broken)?;
        let key = self.find(id).ok_or(Unsealable::UnknownKey)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable::Broken)?;
        let mut body = body.to_vec();
        let opened = key.sealing.open_in_place(nonce, Aad::from(about.as_bytes()), &mut body);
        let length = opened.map_err(|_| Unsealable::Broken)?.len();
        body.truncate(length);
        Ok(body)
    }

    /// What names the first key in everything that it makes, behind the byte of the version.
    pub fn first_id(&self) -> [u8; KEY_ID_LEN] {
        self.first.id
    }

    /// Marks `data` as ours for one purpose: `version ‖ key id ‖ HMAC`. No two purposes share a key.
    pub fn mark(&self, purpose: Purpose<'_>, data: &[u8]) -> [u8; MARK_LEN] {
        let key = &self.first;
        let tag = hmac::sign(&key.marking_key(purpose), data);
        let parts = [VERSION].into_iter().chain(key.id).chain(tag.as_ref().iter().copied());
        let mut mark = [0; MARK_LEN];
        mark.iter_mut().zip(parts).for_each(|(place, byte)| *place = byte);
        mark
    }

    /// Whether `mark` was made by [`Ring::mark`] over the same data for the same purpose. Constant time.
    pub fn is_marked(&self, purpose: Purpose<'_>, data: &[u8], mark: &[u8]) -> bool {
        let Some((id, tag)) = split_head(mark) else { return false };
        self.find(id).is_some_and(|key| hmac::verify(&key.marking_key(purpose), data, tag).is_ok())
    }

    fn find(&self, id: &[u8]) -> Option<&Key> {
        std::iter::once(&self.first).chain(&self.others).find(|key| key.id == id)
    }
}

impl Key {
    fn parse(text: &str) -> Result<Self, BadKey> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| BadKey::Shape)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| BadKey::Shape)?;
        if bytes.iter().all(|byte| byte == bytes.first().unwrap_or(byte)) {
            return Err(BadKey::Weak);
        }
        let fingerprint = digest::digest(&digest::SHA256, &bytes);
        let id = *fingerprint.as_ref().first_chunk().ok_or(BadKey::Shape)?;
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"vestibule").extract(&bytes);
        let mut sealing = [0; 32];
        let sealing = derive(&root, &[b"seal"], &mut sealing);
        let sealing = RandomizedNonceKey::new(&AES_256_GCM, sealing).map_err(|_| BadKey::Shape)?;
        Ok(Self { id, sealing, marking: root })
    }

    fn marking_key(&self, purpose: Purpose<'_>) -> hmac::Key {
        let mut bytes = [0; 32];
        let info = [purpose.name.as_bytes(), &[0], purpose.of];
        hmac::Key::new(hmac::HMAC_SHA256, derive(&self.marking, &info, &mut bytes))
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

/// A new key for the ring, in base64.
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
    fn opens_only_what_was_sealed_for_the_same_place() {
        let key = generate_key();
        let ring = ring(&[key.expose()]);
        let sealed = ring.seal("subs:1:token", b"secret");
        assert_eq!(ring.open("subs:1:token", &sealed), Ok(b"secret".to_vec()));
        assert_eq!(ring.open("subs:2:token", &sealed), Err(Unsealable::Broken));
        for place in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[place] ^= 1;
            assert!(ring.open("subs:1:token", &bent).is_err(), "byte {place} may be altered");
        }
    }

    #[test]
    fn a_new_first_key_still_opens_and_checks_what_the_old_one_made() {
        let (old, new) = (generate_key(), generate_key());
        let before = ring(&[old.expose()]);
        let after = ring(&[new.expose(), old.expose()]);
        let without = ring(&[new.expose()]);
        let sealed = before.seal("x", b"secret");
        assert!(after.open("x", &sealed).is_ok());
        assert_eq!(without.open("x", &sealed), Err(Unsealable::UnknownKey));
        let mark = before.mark(COOKIE, b"id");
        assert!(after.is_marked(COOKIE, b"id", &mark));
        assert!(!without.is_marked(COOKIE, b"id", &mark));
    }

    #[test]
    fn marks_are_bound_to_data_and_purpose() {
        let key = generate_key();
        let ring = ring(&[key.expose()]);
        let mark = ring.mark(COOKIE, b"id");
        assert!(ring.is_marked(COOKIE, b"id", &mark));
        assert!(!ring.is_marked(Purpose { name: "refresh", of: b"" }, b"id", &mark));
        assert!(!ring.is_marked(Purpose { name: "cookie", of: b"another's" }, b"id", &mark));
        assert!(!ring.is_marked(COOKIE, b"other", &mark));
        assert!(!ring.is_marked(COOKIE, b"id", &mark[..20]));
        assert!(!ring.is_marked(COOKIE, b"id", b""));
    }

    /// LG-06
    #[test]
    fn bad_keys_are_refused_with_their_place() {
        let good = generate_key();
        let zeros = STANDARD.encode([0; 32]);
        let refused = |keys: &[&str]| Ring::parse(keys.iter().copied()).err();
        assert_eq!(refused(&[]), Some((0, BadKey::Missing)));
        assert_eq!(refused(&["short"]), Some((0, BadKey::Shape)));
        assert_eq!(refused(&[good.expose(), &zeros]), Some((1, BadKey::Weak)));
        assert_eq!(refused(&[good.expose(), good.expose()]), Some((1, BadKey::Twice)));
    }
}
