//! The SQL of logouts: the outbox of notices, the logout tokens of providers, and queries of sessions.

#[cfg(feature = "dev")]
mod hot;
mod notices;
mod provider_logouts;
mod sessions;

#[cfg(feature = "dev")]
pub use hot::{hot_statements, rare_statements};
pub use notices::{Depth, Notice, Undelivered, claim, delivered, depth, give_up, missed, undelivered};
pub use provider_logouts::{Taken, take};
pub use sessions::{Meant, Upstream, linked, meant, upstream};
