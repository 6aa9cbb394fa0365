//! The statements of this store: each runs while a request waits.

use super::{redeem, redeem_all, rotate, rotate_all};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        rotate::Rotate: ["sessions_pkey", "users_pkey", "subs_pkey"],
        rotate_all::RotateAll: ["sessions_pkey", "users_pkey", "subs_pkey"],
        rotate::Lock: ["sessions_pkey", "users_pkey", "subs_pkey"],
        rotate::Newest: ["sessions_pkey", "users_pkey", "subs_pkey"],
        rotate::Advance: ["sessions_pkey"],
        rotate::Forgive: ["sessions_pkey"],
        rotate::RecordRepeat: ["sessions_pkey"],
        redeem::Redeem: [
            "authorization_codes_pkey", "sessions_pkey", "users_pkey", "subs_pkey", "sessions_parent_id"
        ],
        redeem_all::RedeemAll: [
            "authorization_codes_pkey", "sessions_pkey", "users_pkey", "subs_pkey", "sessions_parent_id"
        ],
        redeem::RedeemedAs: [
            "authorization_codes_pkey", "sessions_pkey", "users_pkey", "subs_pkey", "sessions_parent_id"
        ],
        redeem::Oldest: ["sessions_parent_id"],
        redeem::Lock: ["authorization_codes_pkey"],
        redeem::CountWrong: ["authorization_codes_pkey"],
    ]
}
