//! Logout: apps ask for it, and apps are told of it.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod apps;
mod asked;
mod confirmed;
mod crowd;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod from_provider;
mod from_provider_races;
mod outbox;
mod races;
#[path = "../gateway/support/mod.rs"]
mod support;
mod to_provider;
mod told;
