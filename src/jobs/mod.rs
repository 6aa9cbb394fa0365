//! The clock as a caller: what has to be done although nobody asks.

mod cleanup;
mod deliver;
mod keys;
mod revoke;
mod schedule;
mod store;
mod sweep;

pub use cleanup::{Cleaned, Cleanup};
pub use schedule::Schedule;
