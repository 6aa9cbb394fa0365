//! The statements of this store that run while a request waits, and the one that follows the feed.

use super::{
    end, end_upstream, expire, feed, find, find_all, idle, list, of_client, overview, prune, reparent, revoke_token,
    touch,
};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        find::Find: ["sessions_pkey", "users_pkey", "subs_pkey"],
        find_all::FindAll: ["sessions_pkey", "users_pkey", "subs_pkey"],
        touch::Touch: ["sessions_pkey"],
        touch::TouchAll: ["sessions_pkey"],
        reparent::Lock: ["sessions_pkey"],
        reparent::Reparent: ["sessions_pkey", "sessions_parent_id"],
        end::LockOne: ["sessions_pkey", "sessions_parent_id"],
        end::LockOneOfUser: ["sessions_pkey", "sessions_parent_id"],
        end::LockAppOfUser: ["sessions_pkey", "sessions_parent_id"],
        end::LockOfConsent: ["consents_pkey", "sessions_user_id", "sessions_pkey"],
        end::LockOfUser: ["sessions_user_id"],
        end::LockOfIdentity: ["sessions_sub_id"],
        end::LockSomeOfIdentity: ["sessions_sub_id"],
        end::End: ["sessions_pkey", "sessions_parent_id", "sessions_sub_id", "provider_tokens_pkey", "subs_pkey"],
        end_upstream::FindTargets: ["sessions_upstream_sid", "sessions_sub_id", "subs_provider_sub_key", "sessions_pkey", "providers_pkey"],
        end_upstream::CheckAlgorithm: ["sessions_upstream_sid", "sessions_sub_id", "subs_provider_sub_key", "providers_pkey"],
        end_upstream::LockTargets: ["sessions_pkey", "sessions_parent_id"],
        idle::OfIdentity: ["sessions_sub_id"],
        idle::Notify: ["sessions_pkey"],
        feed::Read: ["revocations_xid"],
        list::OfUser: ["sessions_user_id", "sessions_parent_id"],
        list::OfTag: ["sessions_user_id"],
        overview::ReadOverview: ["sessions_user_id", "sessions_parent_id", "subs_user_id", "consents_user_id", "audit_events_user_id", "sessions_pkey"],
        revoke_token::Revoke: [],
    ]
}

/// The statements of this store that no request waits for.
pub fn rare_statements() -> Vec<HotStatement> {
    hot![expire::Expire: [], list::OfAll: [], of_client::OfClient: [], prune::PruneEnded: [], prune::PruneFeed: [],]
}
