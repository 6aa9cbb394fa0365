//! `[providers.<id>]`: what may be written, what it means, and what can be wrong with it.

pub(crate) mod allow;
pub(crate) mod choice;
pub(crate) mod claims;
mod client;
pub(crate) mod endpoints;
mod given;
mod issuer;
pub(crate) mod linking;
pub(crate) mod oauth1;
pub(crate) mod oauth2;
pub(crate) mod oidc;
pub(crate) mod profile;
pub(crate) mod protocol;
pub(crate) mod raw;
pub(crate) mod registration;
mod unused_keys;
