//! The SQL of the tables `authorization_sessions` and `logins_not_begun`, one operation a file.

mod begin;
mod begin_all;
mod by_email;
mod claim;
mod claim_all;
mod complete_login;
mod due_removals;
mod fail;
mod fresh;
#[cfg(feature = "dev")]
mod hot;
mod link;
mod linked;
mod not_begun;
mod pending;
mod posted;
mod prune;
mod report;
mod unlink;
mod write_login;

pub use begin::Pending;
pub use begin_all::insert_pending;
pub use claim::{Claim, ClaimedRow, Unclaimed};
pub use claim_all::claim_login;
pub use complete_login::{CompletionOutcome, Written, complete_login};
pub use due_removals::{DueRow, due_removals, end_some_before_removal};
pub use fail::{Failing, expire, fail};
pub use fresh::{AuthTimes, Confirmation, audit_confirmation, note_auth_time, providers_of};
#[cfg(feature = "dev")]
pub use hot::{hot_statements, rare_statements};
pub use link::{LinkOutcome, LinkRequest, link};
pub use not_begun::{NotBegun, NotBegunRow, insert_not_begun, not_begun};
pub use pending::count_pending;
pub use posted::{Posted, store_posted};
pub use prune::prune_completed;
pub use report::{ReportRow, report};
pub use unlink::{UnlinkOutcome, UnlinkRequest, UnlinkedBy, UsersIdentity, cancel_removal, identities_for, unlink};
pub use write_login::LoginCompletion;
