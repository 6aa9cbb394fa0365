//! A row of `signing_keys`, and how it becomes a key.
//!
//! The column `private_key` is sealed. It holds the private key (PKCS#8) while the key is in the JWKS, the public key (JWK)
//! of a retired one, and nothing of a revoked one. The seal is bound to the row and to which of the two it holds.

use diesel::{Queryable, Selectable};

use super::failure::{KeysError, UnusableKey};
use super::key::SigningKey;
use super::public_key::PublicKey;
use super::timeline::{KeyState, KeyStatus};
use crate::base::clock::Timestamp;
use crate::base::schema::signing_keys;
use crate::base::seal::Ring;
use crate::config::Algorithm;

/// A stored key, as `signing_keys` has it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys)]
pub struct KeyRow {
    pub kid: String,
    pub algorithm: String,
    pub private_key: Vec<u8>,
    pub state: String,
    pub published_at: Option<Timestamp>,
    pub active_at: Option<Timestamp>,
    pub retiring_at: Option<Timestamp>,
    pub gone_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

impl KeyRow {
    /// The key's status; `None` for an algorithm or a state that this version does not know.
    pub fn status(&self) -> Option<KeyStatus> {
        Some(KeyStatus {
            kid: self.kid.clone(),
            algorithm: Algorithm::from_name(&self.algorithm)?,
            state: KeyState::from_name(&self.state)?,
            published_at: self.published_at,
            active_at: self.active_at,
            retiring_at: self.retiring_at,
            gone_at: self.gone_at,
            revoked_at: self.revoked_at,
        })
    }

    /// Decrypts the private key of a key that is in the JWKS.
    pub fn signing_key(&self, secrets: &Ring) -> Result<SigningKey, KeysError> {
        let algorithm = Algorithm::from_name(&self.algorithm).ok_or_else(|| KeysError::Unknown(self.kid.clone()))?;
        let pkcs8 = secrets.open(&private_key_context(&self.kid), &self.private_key);
        let pkcs8 = pkcs8.map_err(|cause| KeysError::Sealed { kid: self.kid.clone(), cause })?;
        Ok(SigningKey::from_pkcs8(algorithm, &pkcs8)?)
    }

    /// Decrypts the public key of a retired key. `None` if the secret that sealed it has left the ring: retired keys
    /// verify logout hints only, which is not a reason to refuse to start.
    pub fn retired_key(&self, secrets: &Ring) -> Option<PublicKey> {
        let json = secrets.open(&public_key_context(&self.kid), &self.private_key).ok()?;
        PublicKey::from_json(Algorithm::from_name(&self.algorithm)?, &json).ok()
    }

    /// The public key, sealed for the time after the key has left the JWKS.
    pub fn sealed_public_key(&self, secrets: &Ring) -> Option<Vec<u8>> {
        let key = self.signing_key(secrets).ok()?;
        let json = serde_json::to_vec(key.public().jwk()).ok()?;
        Some(secrets.seal(&public_key_context(&self.kid), &json))
    }
}

/// A new key, ready to be inserted.
#[derive(Clone)]
pub struct NewKey {
    pub kid: String,
    pub algorithm: Algorithm,
    pub private_key: Vec<u8>,
}

/// A generated key with its PKCS#8 encoding.
pub type GeneratedKey = (SigningKey, Vec<u8>);

impl NewKey {
    /// Seals the private key of a generated key.
    pub fn seal((key, pkcs8): &GeneratedKey, secrets: &Ring) -> Self {
        Self {
            kid: key.kid().to_owned(),
            algorithm: key.algorithm(),
            private_key: secrets.seal(&private_key_context(key.kid()), pkcs8),
        }
    }
}

/// Generates one key for each algorithm. RS256 takes about a third of a second.
pub fn generate(algorithms: &[Algorithm]) -> Result<Vec<GeneratedKey>, UnusableKey> {
    algorithms.iter().copied().map(SigningKey::generate).collect()
}

/// The associated data of the sealed private key.
fn private_key_context(kid: &str) -> String {
    format!("signing_keys:{kid}:private_key")
}

/// The associated data of the sealed public key. A public key is not a secret, but the one that verifies hints must be
/// ours.
fn public_key_context(kid: &str) -> String {
    format!("signing_keys:{kid}:public_key")
}
