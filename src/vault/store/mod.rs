//! The tables `provider_tokens` and `provider_revocations`. Statements that end sessions also write to both
//! (`session/store`).

mod former_issuer;
#[cfg(feature = "dev")]
mod hot;
mod lease;
mod recheck;
mod revocation;
mod row;

pub use former_issuer::remove_tokens_of_former_issuer;
#[cfg(feature = "dev")]
pub use hot::{hot_statements, rare_statements};
pub use lease::{Refreshed, release_lease, replace, require_reauth, take_lease};
pub use recheck::{Walked, is_refused, walk};
pub use revocation::{PendingRevocation, claim_due, delete, queue_revocation, reschedule, revoke_all, revoke_one};
pub use row::{PreviousTokens, ProviderTokenRow, TokenOwner, Upsert, find, lock, read, upsert};
