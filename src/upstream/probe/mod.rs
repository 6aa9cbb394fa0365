//! Asking a provider what it is like, before anybody signs in: `vestibule config check --probe`.
//!
//! It needs neither the database nor a running gateway, redeems nothing that anybody holds, and tells no secret. What
//! is found are [`Finding`]s; what an OpenID provider's documents say of it is judged in `oidc`, by the code that a
//! login uses.

mod ask;
mod client;
mod finding;
mod oauth1;
mod oidc;
mod run;

pub use finding::{Check, Finding, Verdict};
pub use run::probe;
