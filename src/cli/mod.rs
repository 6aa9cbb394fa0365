//! The command line: one file for each command of `vestibule`.

mod arguments;
mod check;
mod claims_file;
mod cleanup;
mod clients;
mod config;
mod context;
#[cfg(feature = "dev")]
mod dev;
mod explain;
mod explain_site;
mod explanation;
mod format;
mod healthcheck;
mod keys;
mod logins;
mod logouts;
mod migrate;
mod notices;
mod output;
mod pages;
mod providers;
mod secrets;
mod serve;
mod sessions;
mod users;

pub use arguments::main;
