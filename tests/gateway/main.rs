//! The gateway over HTTP, as browsers, frontends and strangers meet it. Laid out like its addresses.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

#[path = "../fake_provider/mod.rs"]
mod fake_provider;

mod callback;
mod jwks;
mod login;
mod oauth2;
mod support;
