//! Signing keys: replaced while everybody goes on working, revoked at once, kept in files.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod command_line;
mod emergency;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod files;
mod hints;
mod house;
mod replicas;
#[path = "../gateway/support/mod.rs"]
mod support;
mod traffic;
