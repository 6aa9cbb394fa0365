//! `vestibule dev`: everything that a login needs, on one machine, for one run.
//!
//! A private PostgreSQL, a *pretend provider* to sign in at, a demo app to sign in from, and the gateway between them.
//! The tests log in at the same provider and use the same PostgreSQL.

pub mod app;
mod failure;
mod gateway;
mod greeting;
mod kept;
mod plan;
pub mod postgres;
pub mod provider;
mod run;
mod settings;

pub use failure::DevError;
pub use plan::Plan;
pub use run::run;
