//! Clients: how they show who they are, and what they may ask. Introspection, revocation, userinfo.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod authentication;
#[path = "../fake_provider/mod.rs"]
mod fake_provider;
mod introspect;
mod outage;
mod revoke;
mod services;
#[path = "../gateway/support/mod.rs"]
mod support;
mod userinfo;
