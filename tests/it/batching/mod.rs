//! Requests that share a statement (`database.batching`): the queue of `base::db`, and refreshes.

mod faults;
mod held;
mod queue;
mod refreshes;
