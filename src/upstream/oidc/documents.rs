//! The cached documents of one provider: metadata and key set.

use std::sync::Once;

use super::cached::Cached;
use super::discovery::Metadata;
use super::jwks::Keys;

/// What is known of a provider.
pub struct Documents {
    pub(super) metadata: Cached<Metadata>,
    pub(super) keys: Cached<Keys>,
    pub(super) warned: Once,
}

impl Documents {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { metadata: Cached::new(), keys: Cached::new(), warned: Once::new() }
    }

    /// Whether metadata is there, or was not asked for yet.
    pub fn may_be_had(&self) -> bool {
        self.metadata.kept().is_some() || !self.metadata.is_failing()
    }
}
