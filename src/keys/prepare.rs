//! The new keys of a transaction, prepared before it begins: generating a key takes too long to do it while
//! the advisory lock is held.

use super::row::{GeneratedKey, KeyRow, NewKey};
use super::timeline::{Change, KeyStatus};
use crate::base::seal::Ring;
use crate::config::Algorithm;

/// Prepared values for some changes. Those that the transaction does not use are dropped.
#[derive(Clone, Default)]
pub struct Prepared {
    /// New keys, at most one for each algorithm.
    pub new_keys: Vec<NewKey>,
    /// The sealed public keys of keys that leave the JWKS, each with its key id.
    pub sealed_public_keys: Vec<(String, Vec<u8>)>,
}

impl Prepared {
    /// Prepares `changes` of the keys in `rows`.
    pub fn new(secrets: &Ring, generated: &[GeneratedKey], rows: &[KeyRow], changes: &[Change]) -> Self {
        let new_keys = generated.iter().map(|generated| NewKey::seal(generated, secrets)).collect();
        let leaves_jwks = |row: &&KeyRow| changes.contains(&Change::Withdraw(row.kid.clone()));
        let sealed = |row: &KeyRow| Some((row.kid.clone(), row.sealed_public_key(secrets)?));
        Self { new_keys, sealed_public_keys: rows.iter().filter(leaves_jwks).filter_map(sealed).collect() }
    }
}

/// The status of each key that this version knows.
pub fn statuses(rows: &[KeyRow]) -> Vec<KeyStatus> {
    rows.iter().filter_map(KeyRow::status).collect()
}

/// The algorithms for which `changes` generate a key.
pub fn algorithms(changes: &[Change]) -> Vec<Algorithm> {
    let wanted = changes.iter().filter_map(|change| match change {
        Change::Generate { algorithm, .. } => Some(*algorithm),
        _ => None,
    });
    wanted.collect()
}
