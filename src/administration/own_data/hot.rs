//! The statements of this store.

use super::store;
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        store::Identities: ["subs_user_id"],
        store::SignIns: ["sessions_user_id"],
        store::AppSessions: ["sessions_user_id"],
        store::Consents: ["consents_user_id"],
        store::AuditEvents: ["audit_events_user_id"],
    ]
}
