//! Presets are complete, match the responses of the providers, and are documented. `config check` reports invalid provider
//! configurations and, with `--probe`, providers that do not work.

mod answers;
mod complete;
pub mod operator;
mod pages;
pub mod probe;
mod probe_request;
mod wrong;
