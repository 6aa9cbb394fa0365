//! What the gateway costs, by what can be counted without noise: statements, bytes of WAL, updates that stay in their
//! page. Never a time. What a login costs stands in `tests/gateway/round_trips.rs`.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod house;
mod introspect;
mod refresh;
#[path = "../gateway/support/mod.rs"]
mod support;
