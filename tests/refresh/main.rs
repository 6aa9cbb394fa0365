//! Refresh: the table of the contract, row by row, at once from forty callers, and against a small model of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod concurrent;
#[path = "../fake_provider/mod.rs"]
#[expect(dead_code, reason = "it can misbehave in more ways than are tried here")]
mod fake_provider;
mod model;
mod replicas;
#[path = "../gateway/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "it can do more than is needed here")]
mod support;
mod table;
