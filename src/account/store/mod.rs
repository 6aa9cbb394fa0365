//! The statements on `users`, `subs` and `consents`.

mod consent;
mod create;
mod find;
#[cfg(feature = "dev")]
mod hot;
mod status;

pub use consent::{delete_consent, has_consented, remember_consent};
pub use create::{NewUser, SubStatus, create, sub_status};
pub use find::{find, find_all, identities, search, with_email};
#[cfg(feature = "dev")]
pub use hot::hot_statements;
pub use status::{delete, disable, enable, lock, refresh};
