//! Signing keys: replaced without an interruption, revoked at once, read from files.

mod emergency;
pub mod files;
mod hints;
pub mod replica;
mod replicas;
mod traffic;
