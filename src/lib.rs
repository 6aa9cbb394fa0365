//! Vestibule, a login gateway: people sign in at any provider, your services get one kind of token.
//!
//! A login has three steps: an *authorization session* is stored and the browser is sent to the provider; the provider's
//! answer gives a *sub* (the pair `(provider, sub)` identifies one user); the login creates a *session*, from which every
//! token is issued.
//!
//! The modules by layer, lowest first; a file imports from its own module and from lower layers only
//! (`tests/architecture.rs`):
//! `base` · `config account` · `upstream keys client session telemetry pages` · `vault access` · `app` · `token grant` ·
//! `login authorize logout gate verify administration` · `web jobs` ·
//! `server` · `dev` · `cli`.

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod administration;
pub(crate) mod app;
pub(crate) mod authorize;
pub mod base;
pub mod cli;
pub(crate) mod client;
pub mod config;
#[cfg(feature = "dev")]
pub mod dev;
pub(crate) mod gate;
pub(crate) mod grant;
pub mod jobs;
pub mod keys;
pub(crate) mod login;
pub(crate) mod logout;
pub(crate) mod pages;
pub mod server;
pub mod session;
pub(crate) mod telemetry;
pub mod token;
pub mod upstream;
pub(crate) mod vault;
pub(crate) mod verify;
pub mod web;
