//! The statements on `users` and `subs`.

mod create;
mod find;
#[cfg(feature = "dev")]
mod hot;
mod status;

pub use create::{NewUser, SubStatus, create, sub_status};
pub use find::{find, find_all, identities, search, with_email};
#[cfg(feature = "dev")]
pub use hot::hot_statements;
pub use status::{delete, disable, enable, lock, refresh};
