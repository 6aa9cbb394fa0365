//! The costs of the gateway that can be counted without noise: statements, bytes of WAL, updates that stay in their
//! page. Never a time.

mod app;
mod introspect;
mod login;
pub mod many_sessions;
mod refresh;
mod start;
mod verify;
