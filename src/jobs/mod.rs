//! The clock as a caller: what has to be done although nobody asks.

mod schedule;
mod sweep;

pub use schedule::Schedule;
