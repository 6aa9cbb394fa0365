//! OpenID Connect, as a relying party (OpenID Connect Core 1.0).
//!
//! `openidconnect` does the protocol; what it leaves to its caller is done here: caching and refreshing the
//! provider's documents (`documents`, `cached`), reading what real providers send (`discovery`, `exchange`,
//! `userinfo`), and the checks it does not make (`jws`, `id_token`,
//! `logout_token`).

mod begin;
mod cached;
mod client;
pub(super) mod discovery;
mod documents;
mod exchange;
mod fetch;
mod id_token;
mod issuer;
pub(super) mod jwks;
mod jws;
mod library;
mod logout_token;
mod pushed;
mod relying_party;
mod renew;
mod signature;
mod user_parameter;
mod userinfo;
mod verification;

pub use client::Oidc;
pub(super) use issuer::Issuer;
pub(super) use user_parameter::names as user_names;
