//! The SQL of the table `sessions`, one operation a file.

mod end;
mod end_listed;
mod end_upstream;
mod ended;
mod expire;
mod feed;
mod find;
mod find_all;
#[cfg(feature = "dev")]
mod hot;
mod idle;
mod insert;
mod list;
mod move_tokens_to_outbox;
mod of_client;
mod overview;
mod prune;
mod reparent;
mod revoke_token;
mod row;
mod touch;

pub use end::{Scope, end, end_some_of_identity, end_where};
pub use end_listed::{Dismissed, end_listed};
pub use end_upstream::{LogoutTarget, end_upstream, fits_algorithm};
pub use ended::Ended;
pub use expire::{Expired, Mark, Removed, Stretch, expire};
pub use feed::{Bound, read_feed};
pub use find::find;
pub use find_all::look_up;
#[cfg(feature = "dev")]
pub use hot::{hot_statements, rare_statements};
pub(crate) use insert::session_rows;
pub use list::{list, list_all, of_tag};
pub use of_client::of_client;
pub use overview::overview;
pub use prune::{prune_ended, prune_feed};
pub use reparent::reparent;
pub use revoke_token::{RevokedToken, revoke_token};
pub use row::SignedInRow;
pub(crate) use row::signed_in_columns;
pub use touch::{Use, touch};
