//! Who may enter, by what people are known here, and what their tokens say of them.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod by_email;
mod explain;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod kept;
mod link;
mod linter;
mod page;
mod person;
mod rules;
#[path = "../gateway/support/mod.rs"]
mod support;
mod tokens;
mod unlink;
