//! The statements of this store that find a user by a key.

use super::{consent, create, find, status};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        consent::FindConsent: ["consents_user_id", "clients_by_url_pkey"],
        consent::RememberConsent: ["users_pkey"],
        consent::DeleteConsent: ["consents_pkey"],
        create::FindSub: ["subs_provider_sub_key", "users_pkey", "providers_pkey"],
        create::InsertUser: ["providers_pkey"],
        find::Identities: ["subs_user_id"],
        status::LockUser: ["users_pkey"],
        status::DisableUser: ["users_pkey"],
        status::EnableUser: ["users_pkey"],
        status::DeleteUser: ["users_pkey"],
        status::UpdateProfile: ["users_pkey"],
    ]
}
