//! From rows to keys: seals are opened, and only what this replica does not hold yet.

use std::sync::Arc;

use super::establish::KeysError;
use super::key::SigningKey;
use super::key_ring::{Held, Keys};
use super::public_key::PublicKey;
use super::store::Row;
use super::supplies::{retired_sealed_for, sealed_for};
use super::timeline::{Standing, State};
use crate::base::seal::Ring;

/// Opens all of them: whatever is published must open, or there is no start (JW-12).
pub fn open_all(secrets: &Ring, rows: &[Row], files: &[Arc<SigningKey>]) -> Result<Keys, KeysError> {
    let mut held = Vec::new();
    for row in rows {
        let standing = row.standing().ok_or_else(|| KeysError::Unknown(row.kid.clone()))?;
        held.extend(open(secrets, row, &standing, None)?);
    }
    Ok(Keys::of(held, files))
}

/// Opens what is new among them. A replica that cannot open a key still lets go of those that others let go of.
pub fn open_new(secrets: &Ring, rows: &[Row], before: &Keys, files: &[Arc<SigningKey>]) -> Keys {
    let mut held = Vec::new();
    for row in rows {
        let Some(standing) = row.standing() else {
            tracing::warn!(kid = row.kid, algorithm = row.algorithm, "a signing key of a newer version is passed over");
            continue;
        };
        match open(secrets, row, &standing, Some(before)) {
            Ok(opened) => held.extend(opened),
            Err(error) => tracing::error!(%error, "a signing key is passed over"),
        }
    }
    Keys::of(held, files)
}

/// The key of a row, as far as it is of use.
fn open(secrets: &Ring, row: &Row, standing: &Standing, before: Option<&Keys>) -> Result<Option<Held>, KeysError> {
    let Standing { kid, algorithm, state, .. } = standing;
    let before = before.and_then(|before| before.held(kid));
    if state.is_published() {
        let opened = if let Some(Held::Published(key, _)) = before {
            Arc::clone(key)
        } else {
            let pkcs8 = secrets.open(&sealed_for(kid), &row.private_key);
            let pkcs8 = pkcs8.map_err(|cause| KeysError::Sealed { kid: kid.clone(), cause })?;
            Arc::new(SigningKey::from_pkcs8(*algorithm, &pkcs8)?)
        };
        return Ok(Some(Held::Published(opened, *state)));
    }
    if *state != State::Gone || standing.revoked_at.is_some() {
        return Ok(None);
    }
    if let Some(Held::Retired(key)) = before {
        return Ok(Some(Held::Retired(Arc::clone(key))));
    }
    // The ring may have lost by now what sealed it. Hints are not worth a start that fails.
    let opened = secrets.open(&retired_sealed_for(kid), &row.private_key).ok();
    let public = opened.and_then(|json| PublicKey::from_json(*algorithm, &json).ok());
    Ok(public.map(|public| Held::Retired(Arc::new(public))))
}
