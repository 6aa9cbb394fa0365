//! The keys that a replica holds, as one value that is swapped whole.

use std::sync::Arc;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;

use super::key::SigningKey;
use crate::base::secret::Hashed;
use crate::config::Algorithm;

/// The keys of this replica. Cheap to clone; all clones see the same keys.
#[derive(Clone)]
pub struct KeyRing(Arc<ArcSwap<Keys>>);

/// All keys that sign or verify, and the document that publishes them.
pub struct Keys {
    active: Vec<Arc<SigningKey>>,
    all: Vec<Arc<SigningKey>>,
    jwks: String,
    etag: String,
}

impl KeyRing {
    /// Holds these keys.
    pub fn new(keys: Keys) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(keys)))
    }

    /// The keys of this moment.
    pub fn keys(&self) -> Arc<Keys> {
        self.0.load_full()
    }

    /// Holds these keys from now on.
    pub fn replace(&self, keys: Keys) {
        self.0.store(Arc::new(keys));
    }
}

impl Keys {
    /// Sets of keys from pairs of a key and whether it signs.
    pub fn new(keys: Vec<(SigningKey, bool)>) -> Self {
        let keys: Vec<_> = keys.into_iter().map(|(key, signs)| (Arc::new(key), signs)).collect();
        let set = JwkSet { keys: keys.iter().map(|(key, _)| key.jwk().clone()).collect() };
        let jwks = serde_json::to_string(&set).unwrap_or_else(|_| r#"{"keys":[]}"#.into());
        let etag = URL_SAFE_NO_PAD.encode(Hashed::of(&jwks).as_bytes());
        let active = keys.iter().filter(|(_, signs)| *signs).map(|(key, _)| Arc::clone(key)).collect();
        Self { active, all: keys.into_iter().map(|(key, _)| key).collect(), jwks, etag: format!("\"{etag}\"") }
    }

    /// The key that signs with an algorithm.
    pub fn signing(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.active.iter().find(|key| key.algorithm() == algorithm).map(AsRef::as_ref)
    }

    /// The key of that id, while it is published.
    pub fn by_kid(&self, kid: &str) -> Option<&SigningKey> {
        self.all.iter().find(|key| key.kid() == kid).map(AsRef::as_ref)
    }

    /// The JWKS document (RFC 7517 §5).
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// The document's entity tag, in quotes.
    pub fn etag(&self) -> &str {
        &self.etag
    }
}
