//! From the rows of `signing_keys` to the keys that this replica uses.

use std::sync::Arc;

use super::failure::KeysError;
use super::key::SigningKey;
use super::key_ring::{Keys, StoredKey};
use super::row::KeyRow;
use super::timeline::{KeyState, KeyStatus};
use crate::base::seal::Ring;

/// Decrypts all keys. Fails if one that is in the JWKS cannot be decrypted: the gateway then does not start (JW-12).
pub fn decrypt_all(secrets: &Ring, rows: &[KeyRow], files: &[Arc<SigningKey>]) -> Result<Keys, KeysError> {
    let mut stored = Vec::new();
    for row in rows {
        let status = row.status().ok_or_else(|| KeysError::Unknown(row.kid.clone()))?;
        stored.extend(decrypt(secrets, row, &status, None)?);
    }
    Ok(Keys::of(stored, files))
}

/// Decrypts the keys that are not among `before`. A key that cannot be decrypted is logged and left out, so that this
/// replica still drops the keys that others have dropped.
pub fn decrypt_new(secrets: &Ring, rows: &[KeyRow], before: &Keys, files: &[Arc<SigningKey>]) -> Keys {
    let mut stored = Vec::new();
    for row in rows {
        let Some(status) = row.status() else {
            tracing::warn!(kid = row.kid, algorithm = row.algorithm, "signing key of a newer version ignored");
            continue;
        };
        match decrypt(secrets, row, &status, Some(before)) {
            Ok(key) => stored.extend(key),
            Err(error) => tracing::error!(%error, "signing key ignored"),
        }
    }
    Keys::of(stored, files)
}

/// The key of a row: `None` if it neither signs nor verifies anything.
fn decrypt(
    secrets: &Ring,
    row: &KeyRow,
    status: &KeyStatus,
    before: Option<&Keys>,
) -> Result<Option<StoredKey>, KeysError> {
    let known = before.and_then(|before| before.stored(&status.kid));
    if status.state.is_published() {
        let key = match known {
            Some(StoredKey::Published(key, _)) => Arc::clone(key),
            _ => Arc::new(row.signing_key(secrets)?),
        };
        return Ok(Some(StoredKey::Published(key, status.state)));
    }
    if status.state != KeyState::Gone || status.revoked_at.is_some() {
        return Ok(None);
    }
    if let Some(StoredKey::Retired(key)) = known {
        return Ok(Some(StoredKey::Retired(Arc::clone(key))));
    }
    Ok(row.retired_key(secrets).map(|key| StoredKey::Retired(Arc::new(key))))
}
