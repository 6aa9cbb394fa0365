//! A line of a file with a mark under an error. What may be a secret is left out: only names that the schema knows are shown,
//! and only values of keys that are not secret.

use std::collections::HashMap;

use super::problem::Excerpt;
use super::shape::{Shape, ValueType};

/// The longest value that is shown, in bytes.
const MAX_VALUE: usize = 100;
/// Stands for what is not shown.
const HIDDEN: &str = "…";

/// The line with a mark under the character at `column`, from 1.
pub(crate) fn of(line: &str, number: usize, column: usize, root: Shape<'_>) -> Excerpt {
    let line = line.replace('\t', " ");
    let visible = visible(line.trim_end(), root);
    let is_whole = visible.len() == line.trim_end().len();
    let before = (column - 1).min(visible.chars().count());
    let line = if is_whole { visible.to_owned() } else { format!("{visible}{HIDDEN}") };
    Excerpt { number, line, before }
}

/// The beginning of the line that may be shown.
fn visible<'l>(line: &'l str, root: Shape<'_>) -> &'l str {
    let indent = line.len() - line.trim_start().len();
    let up_to = |end: usize| line.get(..end).unwrap_or_default();
    if line.trim_start().starts_with('[') {
        return heading(line, root).map_or(up_to(indent + 1), up_to);
    }
    let names = names(root);
    let Some(at) = line.find('=') else {
        // A known key without `=`.
        let name = line.trim_start().split(|letter: char| !is_bare(letter)).next().unwrap_or_default();
        return up_to(indent + if names.contains_key(name) { name.len() } else { 0 });
    };
    let (key, value) = line.split_at(at);
    let name = key.trim().rsplit('.').next().unwrap_or_default().trim();
    let is_plain = !key.trim().contains(' ') && key.trim().chars().all(|letter| is_bare(letter) || letter == '.');
    let Some(is_secret) = names.get(name).filter(|_| is_plain) else { return up_to(indent) };
    let value = value.strip_prefix('=').unwrap_or(value);
    let blanks = value.len() - value.trim_start().len();
    if *is_secret || may_hold_secret(value) { up_to(at + 1 + blanks) } else { line }
}

/// Where the heading of a known section ends: what follows may be anything.
fn heading(line: &str, root: Shape<'_>) -> Option<usize> {
    let ValueType::Table(sections) = root.value_type() else { return None };
    let end = line.find(']').map_or(line.len(), |at| at + 1);
    let name = line.get(..end)?.trim_start().trim_start_matches('[').trim_end_matches(']').trim();
    let is_plain = name.chars().all(|letter| is_bare(letter) || letter == '.');
    (is_plain && sections.contains_key(name.split('.').next()?)).then_some(end)
}

/// Whether the rest of a line may hold the secret of another key, or a password in a URL.
fn may_hold_secret(value: &str) -> bool {
    let lower = value.to_lowercase();
    value.len() > MAX_VALUE
        || value.contains(['=', '@', '#', '{'])
        || ["secret", "password", "key", "token"].iter().any(|word| lower.contains(word))
}

fn is_bare(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_')
}

/// The names of all keys, and whether one of that name is a secret or may be written as one.
fn names(root: Shape<'_>) -> HashMap<&str, bool> {
    let mut names = HashMap::new();
    collect(root, &mut names);
    names
}

fn collect<'s>(shape: Shape<'s>, names: &mut HashMap<&'s str, bool>) {
    match shape.value_type() {
        ValueType::Table(keys) => {
            for key in keys.keys() {
                let Some(child) = shape.child(key) else { continue };
                let is_secret = child.is_secret() || key.ends_with("_file");
                *names.entry(key.as_str()).or_default() |= is_secret;
                collect(child, names);
            }
        }
        ValueType::Named(entry) => collect(entry, names),
        ValueType::List(item) => collect(item, names),
        _ => {}
    }
}
