//! Collects the problems that validation finds, each with the place of its value.

use super::effective::Effective;
use super::problem::Problem;

/// The value is invalid, and its problem was reported.
pub(crate) struct Rejected;

/// The merged settings, and the problems found in them so far.
pub(crate) struct Validator<'e> {
    effective: &'e Effective,
    /// Problems of single layers. Their values were removed, so that validation sees the default instead.
    earlier: &'e [Problem],
    found: Vec<Problem>,
}

impl<'e> Validator<'e> {
    /// Starts validation. `earlier` are the problems that the check of the layers found.
    pub(crate) fn new(effective: &'e Effective, earlier: &'e [Problem]) -> Self {
        Self { effective, earlier, found: Vec::new() }
    }

    /// The problems found by validation.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.found
    }

    /// Reports that the value of `key` is invalid. Neither text may contain a secret. If the check of the layers
    /// rejected the value already, nothing is reported.
    pub(crate) fn reject(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let file_key = format!("{key}_file");
        let key = if self.effective.is_given(&file_key) { &file_key } else { key };
        if self.is_wrong(key) {
            return;
        }
        let place = self.effective.place(key);
        self.found.push(Problem {
            place,
            key: key.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
            excerpt: None,
        });
    }

    /// Like [`Self::reject`], for an item of a list; `item` counts from 0.
    pub(crate) fn reject_item(&mut self, key: &str, item: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.reject(&format!("{key}[{item}]"), what, remedy);
    }

    /// Whether a preset or the operator gave a value for this key.
    pub(crate) fn is_given(&self, key: &str) -> bool {
        self.effective.is_given(key)
    }

    /// The first of `key`, its `_file` key and the keys below it that the operator, not a preset, set to another value
    /// than the default.
    pub(crate) fn written(&self, key: &str) -> Option<String> {
        self.effective.written(key)
    }

    /// Returns the value, or reports the error; the error's text is the problem's `what`.
    pub(crate) fn accept<T, E: ToString>(&mut self, key: &str, value: Result<T, E>, remedy: &str) -> Option<T> {
        value.map_err(|error| self.reject(key, error.to_string(), remedy)).ok()
    }

    /// Whether the check of the layers rejected `key`, its `_file` key or a table around it, and removed the value.
    pub(crate) fn is_wrong(&self, key: &str) -> bool {
        let base = key.split('[').next().unwrap_or(key);
        self.earlier.iter().any(|problem| {
            let wrong = problem.key.as_str();
            let below = |of: &str| base.strip_prefix(of).is_some_and(|rest| rest.starts_with('.'));
            wrong.split('[').next() == Some(base) || wrong.strip_suffix("_file") == Some(base) || below(wrong)
        })
    }
}

/// A value for a message: quoted, escaped, cut after 80 characters, and left out if it may contain a password.
pub(crate) fn quoted(text: &str) -> String {
    if text.contains('@') {
        return "the value".to_owned();
    }
    let cut: String = text.chars().take(80).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("{:?}", cut + dots)
}
