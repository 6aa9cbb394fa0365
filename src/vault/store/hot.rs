//! The statements of this store: each runs while a request waits, or revokes tokens at providers.

use super::{former_issuer, lease, recheck, revocation, row};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        row::FindForUser: ["subs_user_id", "provider_tokens_pkey", "sessions_pkey"],
        row::ReadBySub: ["subs_pkey", "provider_tokens_pkey"],
        row::LockRow: ["provider_tokens_pkey"],
        row::Upsert: [],
        lease::TakeLease: ["provider_tokens_pkey"],
        lease::Refreshed: ["provider_tokens_pkey"],
        lease::ReleaseLease: ["provider_tokens_pkey"],
        lease::RequireReauth: ["provider_tokens_pkey", "subs_pkey"],
        revocation::RevokeOne: ["subs_pkey", "provider_tokens_pkey"],
        revocation::RevokeAll: ["subs_user_id", "provider_tokens_pkey"],
        revocation::QueueRevocation: [],
        revocation::ClaimDue: ["provider_revocations_due", "provider_revocations_pkey"],
        revocation::Reschedule: ["provider_revocations_pkey"],
    ]
}

/// The statements of this store that no request waits for.
pub fn rare_statements() -> Vec<HotStatement> {
    hot![
        former_issuer::RemoveTokens: [],
        recheck::Walk: ["provider_tokens_pkey", "subs_pkey", "sessions_sub_id"],
    ]
}
