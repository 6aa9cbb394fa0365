//! Sessions. Every token belongs to one session, and ending the session ends the tokens; it takes one `UPDATE`.

mod aal;
mod cache;
mod clock_offset;
mod cookie;
mod device;
mod end_reason;
mod ending;
mod follow;
mod lifetime;
mod listed;
mod overview;
mod own_writes;
mod revocation_cache;
mod shown_to;
mod signed_in;
mod status_index;
mod store;
mod upstream_id_token;

pub use aal::Aal;
pub use cache::{CachedSession, ReadBegan, SessionCache};
pub use clock_offset::ClockOffset;
pub use cookie::{decode, encode};
pub use device::Device;
pub use end_reason::EndReason;
pub use ending::{Ending, Endings};
pub use follow::{FeedConnection, Follower};
pub use lifetime::{Lifetime, SessionStatus};
pub use listed::Listed;
pub use overview::{AppSession, ListedWithApps, OfUser, Overview, PastSignIn};
pub use own_writes::follow_own_writes;
pub use revocation_cache::{List, Revocation, RevocationCache, Revoked};
pub use shown_to::ShownTo;
pub use signed_in::{Session, SignedIn};
pub use status_index::{LIST_LEN, StatusIndex};
pub use store::{
    Dismissed, Ended, Expired, LogoutTarget, Mark, Removed, RevokedToken, Scope, SignedInRow, Stretch, Use, end,
    end_listed, end_some_of_identity, end_upstream, end_where, expire, find, fits_algorithm, list, list_all, look_up,
    of_client, of_tag, overview, prune_ended, prune_feed, reparent, revoke_token, touch,
};
#[cfg(feature = "dev")]
pub use store::{hot_statements, rare_statements};
pub(crate) use store::{session_rows, signed_in_columns};
pub use upstream_id_token::{open_upstream_id_token, seal_upstream_id_token};
