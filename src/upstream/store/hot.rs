//! The statement of this store that runs while a login waits for a provider's document, and the one that keeps it.

use super::{known, metadata};
use crate::base::hot::{HotStatement, hot};

/// Each with the indexes that it reads.
pub fn hot_statements() -> Vec<HotStatement> {
    hot![
        metadata::Save: [],
        metadata::Load: ["provider_metadata_pkey"],
    ]
}

/// The statements of this store that no request waits for.
pub fn rare_statements() -> Vec<HotStatement> {
    hot![known::Know: [], known::NoteAlgorithm: [], known::OfOne: [], known::Replace: [], known::Stored: [],]
}
