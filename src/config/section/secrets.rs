//! `[secrets]`: the key ring for encryption and for authentication of tokens and cookies.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::seal::{Ring, SecretKeyError};
use crate::config::layer::validator::Validator;

/// The keys that encrypt stored secrets and authenticate cookies and refresh tokens.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSecrets {
    /// 32-byte keys in base64 from `vestibule secrets generate`; the first encrypts, all decrypt; required
    #[schemars(extend("writeOnly" = true))]
    keys: Vec<String>,
}

pub(crate) fn validate(raw: &RawSecrets, validator: &mut Validator<'_>) -> Option<Ring> {
    if raw.keys.is_empty() {
        let remedy = "run `vestibule secrets generate` and write its line here, or into a file that secrets.keys_file \
                      names";
        validator.reject("secrets.keys", "is missing", remedy);
        return None;
    }
    let keys = || raw.keys.iter().map(String::as_str);
    let mut bad: Vec<(usize, SecretKeyError)> =
        keys().enumerate().filter_map(|(place, key)| Some((place, Ring::parse([key]).err()?.1))).collect();
    match Ring::parse(keys()) {
        Ok(ring) => return Some(ring),
        Err((place, twice @ SecretKeyError::Twice)) => bad.push((place, twice)),
        Err(_) => {}
    }
    for (place, bad) in bad {
        let remedy = match bad {
            SecretKeyError::Twice => "remove one of the two",
            _ => "replace it with a key from `vestibule secrets generate`",
        };
        validator.reject_item("secrets.keys", place, format!("key {} {bad}", place + 1), remedy);
    }
    None
}
