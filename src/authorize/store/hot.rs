//! The statements of this store that run while a request waits.

use super::{code, code_of_consent, request};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        code::InsertCode: ["authorization_requests_pkey", "sessions_pkey", "users_pkey"],
        code_of_consent::DeleteCodes: ["authorization_codes_session_id", "sessions_user_id", "consents_pkey"],
        request::Insert: [],
        request::ConsumePushedRequest: ["authorization_requests_request_uri_hash_key"],
        request::Find: ["authorization_requests_pkey"],
        request::Remember: ["authorization_requests_pkey"],
        request::Answer: ["authorization_requests_pkey"],
    ]
}
