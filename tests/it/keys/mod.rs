//! Signing keys: replaced while everybody goes on working, revoked at once, kept in files.

mod command_line;
mod emergency;
mod files;
mod hints;
mod replica;
mod replicas;
mod traffic;
