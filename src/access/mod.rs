//! Who may sign in or use an app or site: the conditions of `allow` in `[providers.<id>]`, `[clients.<id>]` and
//! `[[verify.rules]]`, as pure functions.

mod rules;

pub use rules::{RuleOutcome, evaluate_sent, evaluate_stored, is_at, kind, looked_at, looked_at_stored, refusal};
