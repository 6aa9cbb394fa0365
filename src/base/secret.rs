//! The two types of a secret: [`Plain`], the value itself, and [`Hashed`], its hash in the database.

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

/// A secret in plain text: no `Debug`, no `Display`, no `Serialize`; its memory is overwritten on drop.
#[derive(Clone)]
pub struct Plain(SecretString);

impl Plain {
    /// Wraps a secret that was received or configured.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(SecretString::from(secret.into()))
    }

    /// 256 random bits as 43 characters of base64url.
    pub fn random() -> Self {
        Self::new(URL_SAFE_NO_PAD.encode(random_bytes::<32>()))
    }

    /// The secret itself, for the code that sends it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether the secret is the empty string.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// The hash, for the database.
    pub fn hashed(&self) -> Hashed {
        Hashed::of(self.expose())
    }
}

/// The SHA-256 of a secret. Not salted: the secrets have 256 random bits, and rows are looked up by the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashed([u8; 32]);

impl Hashed {
    /// Hashes a secret that was presented.
    pub fn of(secret: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref());
        Self(hash)
    }

    /// The bytes for a `bytea` column.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Compares with the hash of a row, in constant time.
    pub fn matches(&self, stored: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.0, stored).is_ok()
    }
}

/// `N` random bytes of a cryptographic generator.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // aws-lc aborts the process if it cannot seed its generator; after that the generator does not fail.
    if rand::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes
}
