//! Required keys, and secrets that may be empty.

use super::raw::RawProvider;
use crate::base::secret::Plain;
use crate::config::layer::preset;
use crate::config::layer::validator::Validator;

/// Reports a required key as missing. The remedy is the example of the provider's preset, else `remedy`.
pub(crate) fn missing(
    key: &dyn Fn(&str) -> String,
    name: &str,
    raw: &RawProvider,
    remedy: &str,
    validator: &mut Validator<'_>,
) {
    let example = preset::example(&raw.preset, name);
    let quoted = example.map(|line| format!("write yours; for preset \"{}\" it looks like {line}", raw.preset));
    validator.reject(&key(name), "is missing", quoted.unwrap_or_else(|| remedy.to_owned()));
}

/// Takes a secret out of the raw configuration; `None` if it is empty.
pub(crate) fn secret(text: &mut String) -> Option<Plain> {
    Some(Plain::new(std::mem::take(text))).filter(|secret| !secret.is_empty())
}
