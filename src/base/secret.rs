//! Secrets have two types: [`Plain`], shown once, and [`Hashed`], what the database knows.

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

/// A secret in the clear: no `Debug`, no `Display`, no `Serialize`, wiped from memory when dropped.
#[derive(Clone)]
pub struct Plain(SecretString);

impl Plain {
    /// Wraps a secret that came from outside.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(SecretString::from(secret.into()))
    }

    /// 256 random bits as 43 characters of base64url.
    pub fn random() -> Self {
        Self::new(URL_SAFE_NO_PAD.encode(random_bytes::<32>()))
    }

    /// The secret itself, for the one place that hands it out.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }

    /// What the database may know of it.
    pub fn hashed(&self) -> Hashed {
        Hashed::of(self.expose())
    }
}

/// The SHA-256 of a random secret. Unsalted on purpose: what is hashed has 256 random bits, and rows are found by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashed([u8; 32]);

impl Hashed {
    /// Hashes a secret as it was presented.
    pub fn of(secret: &str) -> Self {
        let mut hash = [0; 32];
        hash.copy_from_slice(digest::digest(&digest::SHA256, secret.as_bytes()).as_ref());
        Self(hash)
    }

    /// The bytes for a `bytea` column.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Compares with what a row holds, in constant time.
    pub fn matches(&self, stored: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(&self.0, stored).is_ok()
    }
}

/// Random bytes from the system's generator.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // aws-lc's generator has no way to fail once it is seeded, and it aborts the process if it cannot be.
    if rand::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes
}
