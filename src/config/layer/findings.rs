//! What the rules find wrong, each with the place of the value it is about.

use std::time::Duration;

use super::effective::Effective;
use super::problem::Problem;
use crate::config::value::duration;

/// Collects what is wrong.
pub(crate) struct Findings<'e> {
    effective: &'e Effective,
    /// Found before the rules: their values were taken out, so that rules would judge a default in their place.
    earlier: &'e [Problem],
    found: Vec<Problem>,
}

impl<'e> Findings<'e> {
    /// Nothing yet, besides what was found in the single layers.
    pub(crate) fn new(effective: &'e Effective, earlier: &'e [Problem]) -> Self {
        Self { effective, earlier, found: Vec::new() }
    }

    /// All that was found.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.found
    }

    /// Something is wrong with the value of `key`. Neither text may hold a secret.
    pub(crate) fn refuse(&mut self, key: &str, what: impl Into<String>, remedy: impl Into<String>) {
        let twin = format!("{key}_file");
        let key = if self.effective.is_given(&twin) { &twin } else { key };
        if self.is_wrong(key) {
            return;
        }
        let place = self.effective.place(key);
        self.found.push(Problem { place, key: key.to_owned(), what: what.into(), remedy: remedy.into() });
    }

    /// The same about an item of a list, from 0.
    pub(crate) fn refuse_item(&mut self, key: &str, item: usize, what: impl Into<String>, remedy: impl Into<String>) {
        self.refuse(&format!("{key}[{item}]"), what, remedy);
    }

    /// Whether somebody gave a value for this key.
    pub(crate) fn is_given(&self, key: &str) -> bool {
        self.effective.is_given(key)
    }

    /// The key as the operator wrote it, itself, its file or something below it. What a preset gives is not meant, nor
    /// what is the default anyway.
    pub(crate) fn written(&self, key: &str) -> Option<String> {
        self.effective.written(key)
    }

    /// The value, or its error as a finding: the error's text says what is wrong with it.
    pub(crate) fn accept<T, E: ToString>(&mut self, key: &str, value: Result<T, E>, remedy: &str) -> Option<T> {
        value.map_err(|error| self.refuse(key, error.to_string(), remedy)).ok()
    }

    /// Reads a duration between two others.
    pub(crate) fn duration(&mut self, key: &str, text: &str, least: &str, most: &str) -> Option<Duration> {
        let read = duration::parse(text).map_err(|bad| format!("{} {bad}", shown(text)));
        let remedy = format!("write a whole number with its unit (ms, s, m, h, d), from \"{least}\" to \"{most}\"");
        let value = self.accept(key, read, &remedy)?;
        let outside = |limit: &str, beyond: fn(&Duration, &Duration) -> bool| {
            duration::parse(limit).is_ok_and(|limit| beyond(&value, &limit))
        };
        if outside(least, Duration::lt) {
            self.refuse(key, format!("{} is too short", shown(text)), format!("write at least \"{least}\""));
            return None;
        }
        if outside(most, Duration::gt) {
            self.refuse(key, format!("{} is too long", shown(text)), format!("write at most \"{most}\""));
            return None;
        }
        Some(value)
    }

    /// Whether the value of `key`, or its file, was found wrong before the rules and taken out.
    pub(crate) fn is_wrong(&self, key: &str) -> bool {
        let base = key.split('[').next().unwrap_or(key);
        self.earlier.iter().any(|problem| {
            let wrong = problem.key.as_str();
            let below = |of: &str| base.strip_prefix(of).is_some_and(|rest| rest.starts_with('.'));
            wrong.split('[').next() == Some(base) || wrong.strip_suffix("_file") == Some(base) || below(wrong)
        })
    }
}

/// A value as it may stand in a message: quoted, escaped, cut, and left out where it may carry a password.
pub(crate) fn shown(text: &str) -> String {
    if text.contains('@') {
        return "the value".to_owned();
    }
    let cut: String = text.chars().take(80).collect();
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("{:?}", cut + dots)
}
