//! The SQL of logouts: the outbox of notices, the logout tokens of providers, and queries of sessions.

#[cfg(feature = "dev")]
mod hot;
mod notices;
mod provider_logouts;
mod sessions;

#[cfg(feature = "dev")]
pub use hot::{hot_statements, rare_statements};
pub use notices::{
    Depth, Notice, Undelivered, claim_notices, depth, give_up, record_delivery, record_failure, undelivered,
};
pub use provider_logouts::{Received, receive};
pub use sessions::{Meant, Upstream, linked, meant, upstream};
