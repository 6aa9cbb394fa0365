//! The operator as a caller.

pub mod config;
pub mod secrets;
