//! The statements of this store that run while a request waits.

use super::{
    begin, begin_all, by_email, claim, claim_all, due_removals, fail, fresh, link, not_begun, pending, posted, prune,
    unlink, write_login,
};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        begin::Insert: [],
        begin_all::InsertAll: [],
        claim::Update: ["authorization_sessions_provider_state_hash_key", "authorization_requests_pkey"],
        claim_all::UpdateAll: [
            "authorization_sessions_provider_state_hash_key", "authorization_sessions_pkey", "authorization_requests_pkey"
        ],
        claim::Look: ["authorization_sessions_provider_state_hash_key"],
        claim::Note: ["authorization_sessions_pkey"],
        posted::Keep: ["authorization_sessions_provider_state_hash_key"],
        write_login::Write: [
            "authorization_sessions_pkey", "subs_provider_sub_key", "users_pkey", "subs_pkey", "provider_tokens_pkey",
            "authorization_requests_pkey", "providers_pkey"
        ],
        fail::Fail: ["authorization_sessions_pkey", "sessions_pkey", "users_pkey"],
        fail::Expire: ["authorization_sessions_expires_at", "authorization_sessions_pkey"],
        pending::CountPending: ["authorization_sessions_expires_at", "logins_not_begun_created_at"],
        not_begun::InsertNotBegun: [],
        by_email::Lock: [],
        by_email::Find: ["subs_verified_email", "users_pkey", "subs_user_id"],
        by_email::Link: ["providers_pkey"],
        link::Asker: ["sessions_pkey", "users_pkey", "providers_pkey"],
        link::Present: ["sessions_pkey"],
        link::Attach: [],
        link::Complete: ["authorization_sessions_pkey"],
        link::Remember: ["sessions_pkey"],
        unlink::Identities: ["subs_user_id", "sessions_pkey", "providers_pkey"],
        unlink::Delete: ["subs_pkey"],
        unlink::SetRemoval: ["subs_pkey"],
        due_removals::Due: ["subs_unlink_at"],
        fresh::NoteAuthTime: [],
        fresh::OfUser: ["subs_user_id", "providers_pkey"],
    ]
}

/// The statements of this store that no request waits for.
pub fn rare_statements() -> Vec<HotStatement> {
    hot![prune::PruneCompleted: [],]
}
