//! Vestibule, a login gateway: people sign in at any provider, your services get one kind of token.
//!
//! A login has three acts. Someone *arrives* (an authorization session), is *recognised* (a sub: the pair
//! `(provider, sub)` names one user), and is *admitted* (a session, from which every token is minted).
//!
//! The rooms from the ground up; a file imports its own room and lower floors only (`tests/architecture.rs`):
//! `base` · `config account` · `upstream keys client session telemetry` · `vault` · `app` · `token` ·
//! `login authorize logout gate administration` · `web jobs` ·
//! `server` · `dev` · `cli`.

pub mod account;
pub mod administration;
pub mod app;
pub mod authorize;
pub mod base;
pub mod cli;
pub mod client;
pub mod config;
#[cfg(feature = "dev")]
pub mod dev;
pub mod gate;
pub mod jobs;
pub mod keys;
pub mod login;
pub mod logout;
pub mod server;
pub mod session;
pub mod telemetry;
pub mod token;
pub mod upstream;
pub mod vault;
pub mod web;
