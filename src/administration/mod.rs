//! Administration of users, sessions, providers and sealed values, by the admin API or the command line.

mod actor;
mod providers;
mod seals;
mod sessions;
mod store;
mod users;

pub use actor::Actor;
pub use providers::{MovedProvider, move_provider};
pub use seals::{ColumnResult, reseal};
pub use sessions::{all_sessions, end_session, end_sessions, end_sessions_of_client, sessions, sessions_of_client};
pub use users::{delete, details, disable, enable, matching, search};
