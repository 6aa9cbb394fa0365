//! The database: the only access to PostgreSQL.
//!
//! [`Db`] owns the pool and runs work on its own executor: one named thread for each connection, with a bounded queue. So
//! code that has a `&mut Conn` runs on a thread that may block; no `async fn` gets one, and none is held across an await or
//! a call to a provider. If the queue is full, or no connection is free in time, the caller gets an error at once.

mod access;
mod address;
mod batch;
mod change;
mod connections;
mod error;
mod executor;
mod lender;
mod planner;
mod retry;
mod transaction;

pub use access::{Access, Conn};
pub use address::{Address, BadAddress};
pub use batch::Batch;
pub use change::{Change, note};
/// The result of work on a connection. `Err` is an error of the database; a refusal of ours is a value.
pub use diesel::QueryResult;
pub use error::{DbError, OlderSchema};
pub use executor::{Db, ping};
pub use planner::{allow_every_plan, resets as planner_resets, with_every_plan};
pub use transaction::{in_own_transaction, in_transaction, unless_refused};
