//! `[clients.<id>]`: the apps and services that use the gateway (OAuth clients).

pub(crate) mod choice;
pub(crate) mod claims;
pub(crate) mod context;
mod credentials;
pub(crate) mod display;
pub(crate) mod model;
pub(crate) mod rules;
mod token_rules;
pub(crate) mod tokens;
mod uris;
