//! `provider_tokens` and `provider_revocations` in SQL. Sessions that end write to both by themselves (`session/store`).

mod lease;
mod revoke;
mod row;

pub use lease::{Renewed, end_link, lease, pause, renewed};
pub use revoke::{Due, claim, put_off, revoke_all, revoke_one, revoked, take_over};
pub use row::{Before, Put, Row, Whose, find, hold, put, read};
