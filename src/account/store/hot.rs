//! The statements of this store that find a user by a key.

use super::{create, find, status};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
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
