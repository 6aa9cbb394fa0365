//! The binary with real programs: started as an operator starts it, with logins, failures and attacks.
//!
//! Each test starts what it needs and ends it: a `vestibule serve` with a configuration file, a new database in one
//! temporary PostgreSQL, the pretend provider or npm's certified one, a browser.

#![expect(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test stops where it fails")]

mod apps;
mod browser;
mod connections;
mod cookie_policies;
mod database;
mod directory;
mod documented;
mod gateway;
mod guarded;
mod kept_tokens;
mod lemonldap;
mod logouts;
#[cfg(target_os = "linux")]
mod mcp;
mod oauth1_servers;
mod oidc_provider;
mod operating;
mod page;
mod peer;
mod ports;
mod previewed;
mod probe;
#[cfg(target_os = "linux")]
mod proxies;
mod python_providers;
mod secrets;
mod setup;
mod signing_out;
#[path = "../snippets/mod.rs"]
mod snippets;
mod verifiers;
mod visitor;
mod ways;
mod wiretap;
