//! OpenID Connect, as a relying party (OpenID Connect Core 1.0).
//!
//! `openidconnect` does the protocol; what it leaves to its caller is done here: caching and refreshing the
//! provider's documents (`documents`, `cached`), reading what real providers send (`discovery`, `exchange`,
//! `userinfo`), and the checks it does not make (`jws`, `id_token`,
//! `logout_token`).

mod begin;
mod cached;
mod client;
mod discovery;
mod documents;
mod exchange;
mod id_token;
mod issuer;
mod jwks;
mod jws;
mod library;
mod logout_token;
mod probe;
mod pushed;
mod renew;
mod signature;
mod user_parameter;
mod userinfo;

pub use client::Oidc;
pub(super) use issuer::Issuer;
pub(super) use probe::probe;
pub(super) use user_parameter::names as user_names;
