//! What logouts read and write: the outbox of notices, the logouts that providers told us of, and a look at sessions.

#[cfg(feature = "dev")]
mod hot;
mod notices;
mod provider_logouts;
mod sessions;

#[cfg(feature = "dev")]
pub use hot::hot_statements;
pub use notices::{
    Depth, Notice, Undelivered, claim, delivered, depth, give_up, missed, prune_delivered, prune_failed, undelivered,
};
pub use provider_logouts::{prune as prune_provider_logouts, take};
pub use sessions::{Meant, Upstream, meant, upstream};
