//! What a session hands out: our own JWTs.

mod access;
mod issue;
mod jwt;

pub use access::{AccessClaims, Audience, TokenInvalid, verify};
pub use issue::{AccessToken, BUILT_IN_CLIENT, BUILT_IN_SCOPE, issue};
