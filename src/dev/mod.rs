//! `vestibule dev`: the gateway with everything that a login needs, on one machine, for one run.
//!
//! A private PostgreSQL, a *pretend provider* (an OpenID provider with invented people), a demo app, and a guarded site. The tests use the
//! same provider and the same PostgreSQL.

pub mod app;
mod commands;
mod failure;
mod gateway;
mod greeting;
mod hot;
mod kept;
mod page_times;
mod plan;
pub mod postgres;
pub mod provider;
mod run;
mod settings;
mod site;

pub use crate::base::hot::HotStatement;
pub use failure::DevError;
pub use hot::{hot_statements, rare_statements};
pub use page_times::page_times;
pub use plan::Plan;
pub use run::run;
