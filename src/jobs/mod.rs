//! Background jobs: work on a schedule, without a request.

mod cleanup;
mod deliver;
mod keys;
mod providers;
mod revoke;
mod schedule;
mod store;
mod sweep;

pub use cleanup::{Cleaned, Cleanup};
pub use schedule::Schedule;
