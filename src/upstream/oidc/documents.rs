//! The cached documents of one provider: metadata and key set.

use std::sync::Once;

use super::document_cache::DocumentCache;
use super::metadata::Metadata;
use crate::base::jws::KeySet;

/// The metadata and the key set of one provider, cached.
pub struct Documents {
    pub(super) metadata: DocumentCache<Metadata>,
    pub(super) keys: DocumentCache<KeySet>,
    pub(super) warned: Once,
}

impl Documents {
    /// Empty caches; the first use fetches.
    pub fn new() -> Self {
        Self { metadata: DocumentCache::new(), keys: DocumentCache::new(), warned: Once::new() }
    }

    /// Whether metadata is cached, or no fetch of it has failed yet.
    pub fn is_available(&self) -> bool {
        self.metadata.current().is_some() || !self.metadata.is_failing()
    }
}
