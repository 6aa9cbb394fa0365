//! Requests that share a statement (`database.batching`): the queue of `base::db`, refreshes and logins.

mod faults;
mod held;
mod logins;
mod queue;
mod refreshes;
