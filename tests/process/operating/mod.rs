//! The binary in an operator's hands.

mod commands;
mod crowds;
mod database_role;
mod development;
mod start;
mod stop;

pub use development::Dev;
