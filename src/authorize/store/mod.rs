//! `authorization_requests` and `authorization_codes` in SQL.

mod code;
mod prune;
mod request;

pub use code::{Code, hand_out};
pub use prune::prune;
pub use request::{Stored, answer, find, insert, remember, take_up};
