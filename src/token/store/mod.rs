//! What tokens need of the database, one act a file.

mod line;
mod redeem;

pub use line::{Rotate, advance, forgive, in_transaction, lock, newest, note, rotate};
pub use redeem::{Redeem, Redeemed, Spent, count_wrong_verifier, oldest, redeem, spent};
