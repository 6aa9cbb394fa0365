//! `provider_tokens` and `provider_revocations` in SQL. Sessions that end write to both by themselves (`session/store`).

mod give_back;
mod lease;
mod row;

pub use give_back::{Due, claim, give_back_all, give_back_one, given_back, put_off, take_over};
pub use lease::{Renewed, end_link, lease, pause, renewed};
pub use row::{Before, Put, Row, Whose, find, hold, put, read};
