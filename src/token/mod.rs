//! What a session hands out: our own JWTs.

mod access;
mod issue;
mod jwt;
mod refresh;
mod renew;
mod revoke;
mod rotation;
mod status_list;
mod status_lists;
mod store;

pub use crate::config::BUILT_IN_CLIENT;
pub use access::{AccessClaims, Audience, TokenInvalid, verify, verify_for_any};
pub use issue::{AccessToken, BUILT_IN_SCOPE, issue};
pub use refresh::RefreshToken;
pub use renew::{Presented, RenewalRefused, Renewed, renew};
pub use revoke::revoke;
pub use status_list::{StatusClaim, StatusReference};
pub use status_lists::{NoStatusList, StatusListToken, StatusLists};
