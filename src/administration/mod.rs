//! Administration of users, sessions, providers and sealed values, by the admin API or the command line; and the data
//! and the deletion of a user's own account.

mod actor;
mod own_data;
mod providers;
mod seals;
mod sessions;
mod store;
mod users;

pub use actor::Actor;
pub use own_data::own_data;
#[cfg(feature = "dev")]
pub use own_data::{OwnData, hot_statements};
pub use providers::{MovedProvider, move_provider};
pub use seals::{ColumnResult, reseal};
pub use sessions::{all_sessions, end_session, end_sessions, end_sessions_of_client, sessions, sessions_of_client};
pub use users::{Deleted, delete, delete_own, details, disable, enable, matching, search, with_ids};
