//! What rules of several keys have in common.

use super::raw::RawProvider;
use crate::base::secret::Plain;
use crate::config::layer::findings::Findings;
use crate::config::layer::preset;

/// A key that has to be given. What the page of its preset shows for it says more than a general remedy.
pub(crate) fn missing(
    key: &dyn Fn(&str) -> String,
    name: &str,
    raw: &RawProvider,
    remedy: &str,
    at: &mut Findings<'_>,
) {
    let example = preset::example(&raw.preset, name);
    let shown = example.map(|line| format!("write yours, which for preset \"{}\" looks like {line}", raw.preset));
    at.refuse(&key(name), "is missing", shown.unwrap_or_else(|| remedy.to_owned()));
}

/// Whether a secret was given; kept as what is shown once.
pub(crate) fn secret(text: &mut String) -> Option<Plain> {
    Some(Plain::new(std::mem::take(text))).filter(|secret| !secret.is_empty())
}
