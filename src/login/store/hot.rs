//! The statements of this store that run while a request waits.

use super::{admit, begin, by_email, claim, fail, join, part, posted, report};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        begin::Insert: [],
        claim::Update: ["authorization_sessions_provider_state_hash_key", "authorization_requests_pkey"],
        claim::Look: ["authorization_sessions_provider_state_hash_key"],
        posted::Keep: ["authorization_sessions_provider_state_hash_key"],
        admit::Write: [
            "authorization_sessions_pkey", "subs_provider_sub_key", "users_pkey", "subs_pkey", "provider_tokens_pkey"
        ],
        fail::Fail: ["authorization_sessions_pkey"],
        fail::Expire: ["authorization_sessions_open", "authorization_sessions_pkey"],
        by_email::Lock: [],
        by_email::Find: ["subs_verified_email", "users_pkey", "subs_user_id"],
        by_email::Join: [],
        join::Asker: ["sessions_pkey", "users_pkey"],
        join::Present: ["sessions_pkey"],
        join::Attach: [],
        join::Complete: ["authorization_sessions_pkey"],
        part::Identities: ["subs_user_id", "sessions_pkey"],
        part::Delete: ["subs_pkey"],
        report::Find: ["authorization_sessions_reference"],
    ]
}
