//! Clients: how they show who they are, and what they may ask. Introspection, revocation, userinfo.

mod authentication;
mod introspect;
mod outage;
mod revoke;
mod services;
mod userinfo;
