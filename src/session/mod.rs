//! Signed-in people. The session is the one switch: every token hangs on it, and ending it is one `UPDATE`.

mod cookie;
mod follow;
mod lifetime;
mod signed_in;
mod status_index;
mod store;
mod watch;

pub use cookie::{decode, encode};
pub use follow::{Feed, Follower};
pub use lifetime::{Lifetime, Standing};
pub use signed_in::{Session, SignedIn};
pub use status_index::{LIST_LEN, StatusIndex};
pub(crate) use store::signed_in_columns;
pub use store::{Ended, RevokedToken, Row, Scope, end, end_where, find, revoke_token, touch};
pub use watch::{List, Revocation, Revoked, Watch};
