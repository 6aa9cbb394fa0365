//! Background jobs: work on a schedule, without a request.

mod cleaned;
mod cleanup;
mod deliver;
mod keys;
mod providers;
mod recheck;
mod removals;
mod revoke;
mod schedule;
mod store;
mod sweep;

pub use cleaned::Cleaned;
pub use cleanup::Cleanup;
pub use schedule::Schedule;
#[cfg(feature = "dev")]
pub use store::rare_statements;
