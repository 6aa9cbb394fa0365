//! Signed-in people. The session is the one switch: every token hangs on it, and ending it is one `UPDATE`.

mod cookie;
mod device;
mod lifetime;
mod listed;
mod signed_in;
mod store;

pub use cookie::{decode, encode};
pub use device::Device;
pub use lifetime::{Lifetime, Standing};
pub use listed::Listed;
pub use signed_in::{Session, SignedIn};
pub use store::{Dismissed, Ended, Scope, end, end_listed, end_where, find, list, list_all, touch};
