//! The binary as an operator uses it.

mod commands;
mod crowds;
mod database_role;
mod development;
mod replicas;
mod start;
mod stop;

pub use development::Dev;
