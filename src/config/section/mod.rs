//! The sections of the configuration, one file or folder each. A file has
//!
//! - the type of the section, which the gateway uses. Its values parse themselves (`value/local.rs`), and the doc comments of its
//!   fields become the reference;
//! - a `Raw…` type around it, only if a key has to be read with others, or names a file;
//! - `validate`, which checks what several keys mean together. It reports every problem, and returns `None` if it
//!   cannot build the value.

mod address;
pub(crate) mod admin;
pub(crate) mod allow;
mod authorities;
pub(crate) mod branding;
pub(crate) mod cleanup;
pub(crate) mod client;
pub(crate) mod clients_by_url;
pub(crate) mod database;
pub(crate) mod limits;
pub(crate) mod log;
pub(crate) mod login;
pub(crate) mod missing_public_url;
mod origin;
pub(crate) mod outbound;
pub(crate) mod pages;
pub(crate) mod picture;
pub(crate) mod provider;
pub(crate) mod resource;
mod scope;
pub(crate) mod secrets;
pub(crate) mod server;
pub(crate) mod session_cookie;
pub(crate) mod sessions;
pub(crate) mod signing;
pub(crate) mod tokens;
pub(crate) mod verify;
