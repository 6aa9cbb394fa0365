//! `users` and `subs` in SQL.

mod arrive;
mod find;
mod standing;

pub use arrive::{Arrival, Known, create, known};
pub use find::{find, identities, search, with_email};
pub use standing::{delete, disable, enable, lock, refresh};
