//! Collects warnings, each with the place of its value.

use crate::config::layer::effective::Effective;
use crate::config::layer::problem::{Problem, Problems};

/// The warnings found so far.
pub(super) struct Warner<'e> {
    /// The settings of all layers, merged: they say in which file and line a key is.
    pub(super) effective: &'e Effective,
    found: Vec<Problem>,
}

impl<'e> Warner<'e> {
    pub(super) fn new(effective: &'e Effective) -> Self {
        Self { effective, found: Vec::new() }
    }

    /// Adds a warning about a key. Neither text may contain a secret.
    pub(super) fn warn(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let place = self.effective.place(key);
        self.found.push(Problem {
            place,
            key: key.to_owned(),
            what: what.into(),
            remedy: remedy.into(),
            excerpt: None,
        });
    }

    /// The texts of a list, as they are written.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        let list = self.effective.find(key).and_then(|setting| setting.value.as_array());
        list.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// The warnings in the order of the files and their lines.
    pub(super) fn into_problems(self) -> Problems {
        Problems::new(self.found)
    }
}
