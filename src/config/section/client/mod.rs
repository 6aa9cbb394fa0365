//! `[clients.<id>]`: the apps and services that use the gateway (OAuth clients).

pub(crate) mod choice;
mod credentials;
pub(crate) mod model;
pub(crate) mod raw;
pub(crate) mod rules;
mod uris;
