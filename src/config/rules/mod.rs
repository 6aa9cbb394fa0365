//! What the values must be beyond their types, section by section. A rule reports and goes on: all problems at once.

mod address;
mod client;
mod database;
mod kind_keys;
mod linking;
mod login;
mod provider;
mod provider_client;
mod provider_kind;
mod scope;
mod secrets;
mod server;
mod sessions;
mod signing;
mod whole;

pub(super) use whole::whole;
