//! The sections of the configuration, a file for each: what may be written, what it means, and what can be wrong with it.

mod address;
pub(crate) mod admin;
pub(crate) mod cleanup;
pub(crate) mod client;
pub(crate) mod database;
mod json_pointer;
pub(crate) mod limits;
pub(crate) mod log;
pub(crate) mod login;
mod origin;
pub(crate) mod provider;
mod scope;
pub(crate) mod secrets;
pub(crate) mod server;
pub(crate) mod session_cookie;
pub(crate) mod sessions;
pub(crate) mod signing;
pub(crate) mod tokens;
