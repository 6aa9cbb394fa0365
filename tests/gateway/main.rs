//! The gateway over HTTP, as browsers, frontends and strangers meet it. Laid out like its addresses.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

#[path = "../fake_provider/mod.rs"]
mod fake_provider;

mod callback;
mod cors;
mod jwks;
mod limits;
mod login;
mod logout;
mod oauth2;
mod pages;
mod providers;
mod session;
mod session_token;
mod support;
