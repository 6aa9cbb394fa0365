//! The gateway as its callers meet it: browsers, single-page apps, apps as OAuth clients, providers and operators, over
//! HTTP and with a real PostgreSQL. `support` starts the gateway and drives it, `fake_provider` misbehaves on request.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

#[path = "../architecture/described.rs"]
mod openapi;

#[path = "../snippets/mod.rs"]
mod snippets;

mod fake_provider;
mod support;

mod account;
mod admin;
mod backchannel_logout;
mod batching;
mod callback;
mod identities;
mod login;
mod logout;
mod oauth2;
mod providers;
mod session;
mod sessions;
mod status_lists;
mod userinfo;
mod verify;
mod well_known;

mod access_token;
mod apps;
mod cleanup;
mod cli;
mod config;
mod connections;
mod costs;
mod documents;
mod emulations;
mod gateway;
mod guard;
mod keys;
mod known_providers;
mod notifications;
mod plans;
mod presets;
mod revocation;
mod schema;
mod upstream;
mod vault;
