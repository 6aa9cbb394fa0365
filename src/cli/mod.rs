//! The operator as a caller: each verb of `vestibule` is a file here.

mod arguments;
mod config;
#[cfg(feature = "dev")]
mod dev;
mod healthcheck;
mod logins;
mod migrate;
mod opened;
mod secrets;
mod serve;

pub use arguments::main;
