//! The statements of this store that run while a request or the start waits.

use super::{known, metadata};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        metadata::Save: [],
        metadata::Load: ["provider_metadata_pkey"],
        known::Know: ["providers_pkey", "subs_provider_sub_key"],
    ]
}
