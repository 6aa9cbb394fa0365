//! The operator as a caller: each verb of `vestibule` is a file here.

mod arguments;
mod check;
mod claims_file;
mod cleanup;
mod config;
#[cfg(feature = "dev")]
mod dev;
mod explain;
mod explained;
mod healthcheck;
mod keys;
mod logins;
mod logouts;
mod migrate;
mod notices;
mod opened;
mod providers;
mod secrets;
mod serve;
mod sessions;
mod users;

pub use arguments::main;
