//! What those who run the gateway do to users and their sessions, over HTTP or at the command line, and to what is sealed.

mod by;
mod seals;
mod sessions;
mod store;
mod users;

pub use by::By;
pub use seals::{Resealed, reseal};
pub use sessions::{all_sessions, end_session, end_sessions, sessions};
pub use users::{Person, delete, disable, enable, matching, person, search};
