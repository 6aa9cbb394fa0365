//! Provider tokens: stored, refreshed, handed out, revoked.

mod at_rest;
mod exchange;
mod failures;
mod id_token;
mod login;
mod refresh;
mod reseal;
mod revoke;
mod support;
