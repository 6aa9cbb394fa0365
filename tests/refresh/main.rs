//! Refresh: the table of the contract, row by row, at once from forty callers, and against a small model of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod concurrent;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod model;
mod replicas;
#[path = "../gateway/support/mod.rs"]
mod support;
mod table;
