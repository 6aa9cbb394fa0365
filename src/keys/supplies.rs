//! What a change of the keys needs, made before the transaction that makes it: new keys take their time to find.

use super::key::{BadKey, SigningKey};
use super::store::Row;
use super::timeline::{Change, Standing};
use crate::base::seal::Ring;
use crate::config::Algorithm;

/// What a private key's seal is bound to.
pub fn sealed_for(kid: &str) -> String {
    format!("signing_keys:{kid}:private_key")
}

/// What the seal of a retired key's public half is bound to. It is no secret, but what verifies must be ours.
pub fn retired_sealed_for(kid: &str) -> String {
    format!("signing_keys:{kid}:public_key")
}

/// A key to be stored.
#[derive(Clone)]
pub struct New {
    pub kid: String,
    pub algorithm: Algorithm,
    pub public_jwk: serde_json::Value,
    pub private_key: Vec<u8>,
}

/// A key that was just made, and its PKCS#8 form.
pub type Made = (SigningKey, Vec<u8>);

/// What changes need. What is left over is forgotten.
#[derive(Clone, Default)]
pub struct Supplies {
    /// New keys, one an algorithm at the most.
    pub made: Vec<New>,
    /// The sealed public halves of keys that leave the JWKS, by their ids.
    pub sealed_public: Vec<(String, Vec<u8>)>,
}

/// How the keys stand that this version knows.
pub fn standings(rows: &[Row]) -> Vec<Standing> {
    rows.iter().filter_map(Row::standing).collect()
}

/// The algorithms that new keys are wanted for.
pub fn algorithms(changes: &[Change]) -> Vec<Algorithm> {
    let wanted = changes.iter().filter_map(|change| match change {
        Change::Make { algorithm, .. } => Some(*algorithm),
        _ => None,
    });
    wanted.collect()
}

/// Makes a key for each. A third of a second for RS256.
pub fn make(algorithms: &[Algorithm]) -> Result<Vec<Made>, BadKey> {
    algorithms.iter().copied().map(SigningKey::generate).collect()
}

impl Supplies {
    /// For these changes of the keys in these rows.
    pub fn new(secrets: &Ring, made: &[Made], rows: &[Row], changes: &[Change]) -> Self {
        let made = made.iter().map(|(key, pkcs8)| New {
            kid: key.kid().to_owned(),
            algorithm: key.algorithm(),
            public_jwk: serde_json::to_value(key.public().jwk()).unwrap_or_default(),
            private_key: secrets.seal(&sealed_for(key.kid()), pkcs8),
        });
        let leaves = |row: &&Row| changes.contains(&Change::Withdraw(row.kid.clone()));
        // What the database says of the public half is not believed: it comes out of the sealed private one.
        let public = |row: &Row| {
            let pkcs8 = secrets.open(&sealed_for(&row.kid), &row.private_key).ok()?;
            let key = SigningKey::from_pkcs8(Algorithm::from_name(&row.algorithm)?, &pkcs8).ok()?;
            let json = serde_json::to_vec(key.public().jwk()).ok()?;
            Some((row.kid.clone(), secrets.seal(&retired_sealed_for(&row.kid), &json)))
        };
        Self { made: made.collect(), sealed_public: rows.iter().filter(leaves).filter_map(public).collect() }
    }
}
