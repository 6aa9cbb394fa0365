//! The gateway as its callers meet it: browsers, single-page apps, apps as OAuth clients, providers and operators, over
//! HTTP and with a real PostgreSQL. `support` starts the gateway and drives it, `fake_provider` misbehaves on request.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

#[path = "../architecture/described.rs"]
mod openapi;

#[path = "../snippets/mod.rs"]
mod snippets;

mod fake_provider;
mod support;

mod apps;
mod clients;
mod config;
mod connections;
mod costs;
mod devices;
mod documents;
mod feed;
mod gateway;
mod guard;
mod keys;
mod linking;
mod logout;
mod plans;
mod presets;
mod providers;
mod refresh;
mod upstream;
mod vault;
