//! The statements of this store that run while a request waits, and those that deliver notices.

use super::{notices, provider_logouts, sessions};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        notices::Claim: ["logout_notices_due", "logout_notices_pkey"],
        notices::Delivered: ["logout_notices_pkey"],
        notices::Missed: ["logout_notices_pkey"],
        provider_logouts::Lock: [],
        provider_logouts::Take: [],
        sessions::Find: ["sessions_pkey"],
        sessions::FindLinked: ["sessions_pkey"],
        sessions::FindUpstream: ["sessions_pkey"],
    ]
}

/// The statements of this store that no request waits for.
pub fn rare_statements() -> Vec<HotStatement> {
    hot![notices::GiveUp: [],]
}
