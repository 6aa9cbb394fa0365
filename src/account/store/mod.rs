//! The statements on `users` and `subs`.

mod create;
mod find;
mod status;

pub use create::{NewUser, SubStatus, create, sub_status};
pub use find::{find, identities, search, with_email};
pub use status::{delete, disable, enable, lock, refresh};
