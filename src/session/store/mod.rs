//! `sessions` in SQL, one act a file.

mod end;
mod feed;
mod find;
mod revoke_token;
mod row;
mod touch;

pub use end::{Ended, Scope, end, end_where};
pub use feed::{Bound, read_feed};
pub use find::find;
pub use revoke_token::{RevokedToken, revoke_token};
pub use row::Row;
pub(crate) use row::signed_in_columns;
pub use touch::touch;
