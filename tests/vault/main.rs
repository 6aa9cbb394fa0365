//! The providers' own tokens: kept, refreshed by one, handed out, revoked.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

#[path = "../apps/app.rs"]
#[expect(dead_code, reason = "the apps of other tests, of which a part is used here")]
mod app;
mod at_rest;
mod exchange;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod house;
mod id_token;
mod login;
mod renew;
mod revoke;
mod rotate;
#[path = "../gateway/support/mod.rs"]
mod support;
mod trouble;
