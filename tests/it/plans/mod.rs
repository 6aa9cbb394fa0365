//! The index that each hot statement reads, whatever the planner's statistics say, and how many pages a login touches.
//!
//! A plan is judged as the gateway would have it: prepared on a connection of its pool while the statistics mislead the
//! planner, and looked at after many rows have come that no statistics know of.

mod buffers;
mod every_statement;
mod indexes;
mod plan;
mod rows;
mod session;
mod settings;
