//! Apps as standard clients: what they may ask for, what they get, and what nobody gets in their place.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod agree;
mod app;
mod assertion;
mod client_credentials;
mod code;
mod cors;
mod discovery;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod hint;
mod login;
mod model;
mod prompt;
mod pushed;
mod refresh;
mod request;
#[path = "../gateway/support/mod.rs"]
mod support;
