//! `[secrets]`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::base::seal::{BadKey, Ring};
use crate::config::layer::findings::Findings;

/// What is sealed and marked with.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSecrets {
    /// ring of base64 32-byte keys from `vestibule secrets generate`: the first encrypts, all decrypt; must be given
    #[schemars(extend("writeOnly" = true))]
    keys: Vec<String>,
}

pub(crate) fn ring(raw: &RawSecrets, at: &mut Findings<'_>) -> Option<Ring> {
    if raw.keys.is_empty() {
        let remedy = "run `vestibule secrets generate` and write its line here, or into a file that secrets.keys_file \
                      names";
        at.refuse("secrets.keys", "is missing", remedy);
        return None;
    }
    let keys = || raw.keys.iter().map(String::as_str);
    let mut bad: Vec<(usize, BadKey)> =
        keys().enumerate().filter_map(|(place, key)| Some((place, Ring::parse([key]).err()?.1))).collect();
    match Ring::parse(keys()) {
        Ok(ring) => return Some(ring),
        Err((place, twice @ BadKey::Twice)) => bad.push((place, twice)),
        Err(_) => {}
    }
    for (place, bad) in bad {
        let remedy = match bad {
            BadKey::Twice => "take one of the two out",
            _ => "replace it with a key from `vestibule secrets generate`",
        };
        at.refuse_item("secrets.keys", place, format!("key {} {bad}", place + 1), remedy);
    }
    None
}
