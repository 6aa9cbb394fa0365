//! Provider tokens: stored, refreshed, handed out, revoked.

mod at_rest;
mod failures;
mod id_token;
mod recheck;
mod refresh;
mod revoke;
pub mod support;
