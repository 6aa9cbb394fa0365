//! Requests that share a statement (`database.batching`): the queue of `base::db`, and each kind of request.

mod claims;
mod faults;
pub mod held;
mod logins;
mod lookups;
mod queue;
mod redemptions;
mod refreshes;
mod uses;
