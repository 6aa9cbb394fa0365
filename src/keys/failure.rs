//! The errors of signing keys.

use crate::base::db::DbError;
use crate::base::seal::UnsealError;
use crate::config::Algorithm;

/// A key that cannot be generated, read or used to sign.
#[derive(Debug, thiserror::Error)]
#[error("no usable {} key", .0.name())]
pub struct UnusableKey(Algorithm);

impl UnusableKey {
    /// There is no usable key for `algorithm`.
    pub fn of(algorithm: Algorithm) -> Self {
        Self(algorithm)
    }
}

/// Why there are no keys to sign with.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The database gave no answer, or refused the statement.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A stored key cannot be decrypted: an error at the start, never a reason to generate new keys (JW-12).
    #[error(
        "the stored signing key {kid} cannot be opened: {cause}; put the key that sealed it back into secrets.keys, \
         or remove the row from signing_keys if it is lost for good"
    )]
    Sealed {
        /// The key id (`kid`).
        kid: String,
        /// Why the seal does not open.
        cause: UnsealError,
    },
    /// A key cannot be generated or read.
    #[error(transparent)]
    Unusable(#[from] UnusableKey),
    /// The thread that generates keys has ended.
    #[error("the new signing keys were not generated; try again")]
    NotGenerated,
    /// A row of a newer version of the gateway; the field is its key id.
    #[error("the stored signing key {0} has an algorithm or a state that this version does not know")]
    Unknown(String),
}
