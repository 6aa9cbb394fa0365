//! Clients: how they show who they are, and what they may ask. Introspection, revocation, userinfo.

mod authentication;
mod introspect;
mod outage;
mod revoke;
pub mod services;
mod userinfo;
