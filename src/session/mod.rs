//! Signed-in people. The session is the one switch: every token hangs on it, and ending it is one `UPDATE`.

mod cookie;
mod lifetime;
mod signed_in;
mod store;

pub use cookie::{decode, encode};
pub use lifetime::{Lifetime, Standing};
pub use signed_in::{Session, SignedIn};
pub(crate) use store::signed_in_columns;
pub use store::{Ended, Row, Scope, end, end_where, find, touch};
