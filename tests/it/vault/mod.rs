//! Provider tokens: stored, refreshed, returned, revoked.

mod at_rest;
mod failures;
mod id_token;
mod recheck;
mod refresh;
mod revoke;
pub mod support;
