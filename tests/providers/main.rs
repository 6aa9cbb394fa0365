//! Logins at providers without an ID token, over HTTP: an emulation of GitHub (OAuth 2.0) and one of a provider of
//! OAuth 1.0a, both written from public documentation, the second proven by an independent client.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod documented;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod github;
mod kept;
mod oauth1;
mod oauth2;
mod peer;
mod photos;
mod quiet;
mod site;
#[path = "../gateway/support/mod.rs"]
mod support;
