//! What those who run the gateway do to users and their sessions, over HTTP or at the command line.

mod by;
mod sessions;
mod store;
mod users;

pub use by::By;
pub use sessions::{all_sessions, end_session, end_sessions, sessions};
pub use users::{Person, delete, disable, enable, matching, person, search};
