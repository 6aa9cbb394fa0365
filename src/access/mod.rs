//! Who may enter: the conditions of `allow` in `[providers.<id>]`, `[clients.<id>]` and `[[verify.rules]]`, as pure functions.

mod rules;

pub use rules::{Judged, is_at, judge, judge_stored, kind, looked_at};
