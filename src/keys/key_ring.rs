//! The keys of a replica, as one immutable value that is replaced atomically.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;

use super::failure::UnusableKey;
use super::key::SigningKey;
use super::policy::Policy;
use super::public_key::PublicKey;
use super::timeline::KeyState;
use super::verified::VerifiedCache;
use crate::base::secret::Hashed;
use crate::config::{Algorithm, KeyFile};

/// The keys of this replica. Cheap to clone; all clones see the same keys.
#[derive(Clone)]
pub struct KeyRing(Arc<Inner>);

struct Inner {
    keys: ArcSwap<Keys>,
    files: Vec<Arc<SigningKey>>,
    verified: VerifiedCache,
    policy: Policy,
    started: Instant,
    /// Milliseconds from `started` to the last load from the database.
    refreshed: AtomicU64,
    /// Milliseconds from `started` until a failed change may be retried.
    retry_at: AtomicU64,
}

/// The pause after a failed change: generating keys costs CPU time, and a read-only database fails each attempt.
const BACK_OFF: Duration = Duration::from_secs(60);

/// All keys that sign or verify, and the JWKS that publishes them.
pub struct Keys {
    stored: Vec<StoredKey>,
    active: Vec<Arc<SigningKey>>,
    published: Vec<Arc<PublicKey>>,
    jwks: String,
    etag: String,
}

/// A key from the database that still signs or verifies something.
#[derive(Clone)]
pub enum StoredKey {
    /// In the JWKS, with its state.
    Published(Arc<SigningKey>, KeyState),
    /// No longer in the JWKS; verifies `id_token_hint` only.
    Retired(Arc<PublicKey>),
}

impl StoredKey {
    pub fn kid(&self) -> &str {
        match self {
            Self::Published(key, _) => key.kid(),
            Self::Retired(key) => key.kid(),
        }
    }

    pub fn state(&self) -> KeyState {
        match self {
            Self::Published(_, state) => *state,
            Self::Retired(_) => KeyState::Gone,
        }
    }
}

/// Parses the operator's key files (`signing.key_files`).
pub(super) fn from_files(files: &[KeyFile]) -> Result<Vec<Arc<SigningKey>>, UnusableKey> {
    files.iter().map(|file| SigningKey::from_pkcs8(file.algorithm(), file.pkcs8()).map(Arc::new)).collect()
}

impl KeyRing {
    /// A ring of `keys`, which were loaded from the database just now, and of the key files.
    pub(super) fn new(keys: Keys, files: Vec<Arc<SigningKey>>, policy: Policy) -> Self {
        let (keys, refreshed, retry_at) = (ArcSwap::from_pointee(keys), AtomicU64::new(0), AtomicU64::new(0));
        let verified = VerifiedCache::default();
        Self(Arc::new(Inner { keys, files, verified, policy, started: Instant::now(), refreshed, retry_at }))
    }

    /// A ring of fixed keys.
    #[cfg(test)]
    pub fn of(keys: Keys) -> Self {
        let second = Duration::from_secs(1);
        let policy = Policy {
            algorithms: Vec::new(),
            publish_before_use: second,
            rotate_every: second,
            keep_published: second,
            keep_retired: second,
        };
        Self::new(keys, Vec::new(), policy)
    }

    /// Takes the keys of another ring.
    #[cfg(test)]
    pub fn replace_for_test(&self, other: &Self) {
        self.0.keys.store(other.keys());
    }

    /// The present keys. Takes neither a lock nor a round trip.
    pub fn keys(&self) -> Arc<Keys> {
        self.0.keys.load_full()
    }

    /// The active key of `algorithm`.
    pub fn signing_key(&self, algorithm: Algorithm) -> Option<Arc<SigningKey>> {
        self.0.keys.load().active.iter().find(|key| key.algorithm() == algorithm).map(Arc::clone)
    }

    /// Whether the signature of the token with this hash was verified before. Its key may have left the JWKS since.
    pub fn verified(&self, token: Hashed) -> bool {
        self.0.verified.contains(token)
    }

    /// Records that the signature of the token with this hash is valid.
    pub fn remember_verified(&self, token: Hashed) {
        self.0.verified.insert(token);
    }

    /// The rules of rotation.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// The `max-age` of the present JWKS ([`Policy::max_age`]). It decreases while the database is unavailable.
    pub fn max_age(&self) -> Duration {
        self.0.policy.max_age(self.0.started.elapsed().saturating_sub(read(&self.0.refreshed)))
    }

    pub(super) fn files(&self) -> &[Arc<SigningKey>] {
        &self.0.files
    }

    /// Replaces the keys as a whole.
    pub(super) fn replace(&self, keys: Keys) {
        self.0.keys.store(Arc::new(keys));
    }

    /// Records that the keys were loaded from the database at `at`.
    pub(super) fn refreshed(&self, at: Instant) {
        write(&self.0.refreshed, at.saturating_duration_since(self.0.started));
    }

    /// Whether a change failed within [`BACK_OFF`].
    pub(super) fn is_backing_off(&self) -> bool {
        self.0.started.elapsed() < read(&self.0.retry_at)
    }

    /// Records that a change failed.
    pub(super) fn back_off(&self) {
        write(&self.0.retry_at, self.0.started.elapsed() + BACK_OFF);
    }
}

fn read(millis: &AtomicU64) -> Duration {
    Duration::from_millis(millis.load(Ordering::Relaxed))
}

fn write(millis: &AtomicU64, time: Duration) {
    millis.store(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

impl Keys {
    /// Keys in the JWKS; the flag says whether the key is active.
    #[cfg(test)]
    pub fn new(keys: Vec<(SigningKey, bool)>) -> Self {
        let state = |signs| if signs { KeyState::Active } else { KeyState::Retiring };
        Self::of(keys.into_iter().map(|(key, signs)| StoredKey::Published(Arc::new(key), state(signs))).collect(), &[])
    }

    /// Builds the set from the stored keys, oldest first, and the key files. The first file of an algorithm is its active
    /// key, before any stored key.
    pub(super) fn of(stored: Vec<StoredKey>, files: &[Arc<SigningKey>]) -> Self {
        let mut active: Vec<_> = files.iter().map(Arc::clone).collect();
        let mut published: Vec<_> = files.iter().map(|key| Arc::clone(key.public())).collect();
        for key in &stored {
            if let StoredKey::Published(key, state) = key {
                published.push(Arc::clone(key.public()));
                active.extend((*state == KeyState::Active).then(|| Arc::clone(key)));
            }
        }
        let set = JwkSet { keys: published.iter().map(|key| key.jwk().clone()).collect() };
        let jwks = serde_json::to_string(&set).unwrap_or_else(|_| r#"{"keys":[]}"#.into());
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Hashed::of(&jwks).as_bytes()));
        Self { stored, active, published, jwks, etag }
    }

    /// The active key of `algorithm`.
    pub fn signing(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.active.iter().find(|key| key.algorithm() == algorithm).map(AsRef::as_ref)
    }

    /// The active key of `algorithm`; if there is none, a published one: the algorithm was added to the configuration a
    /// moment ago, and a verifier that does not know the key fetches the JWKS again.
    pub fn signing_or_published(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        let published = || {
            self.stored.iter().find_map(|key| match key {
                StoredKey::Published(key, KeyState::Published) if key.algorithm() == algorithm => Some(key.as_ref()),
                _ => None,
            })
        };
        self.signing(algorithm).or_else(published)
    }

    /// The active key of the first of `algorithms` that has one: a newly configured algorithm has none while its key is
    /// only published. If none of them has one, any active key.
    pub fn first_signing(&self, algorithms: &[Algorithm]) -> Option<&SigningKey> {
        let first = algorithms.iter().find_map(|algorithm| self.signing(*algorithm));
        first.or_else(|| self.active.first().map(AsRef::as_ref))
    }

    /// The key with this id, if it is in the JWKS.
    pub fn by_kid(&self, kid: &str) -> Option<&PublicKey> {
        self.published.iter().find(|key| key.kid() == kid).map(AsRef::as_ref)
    }

    /// The key with this id, in the JWKS or retired: only for `id_token_hint` (OpenID Connect RP-Initiated Logout 1.0 §2),
    /// which may be an expired ID token. A revoked key is never found.
    pub fn for_hint(&self, kid: &str) -> Option<&PublicKey> {
        let retired = || {
            self.stored.iter().find_map(|key| match key {
                StoredKey::Retired(key) if key.kid() == kid => Some(key.as_ref()),
                _ => None,
            })
        };
        self.by_kid(kid).or_else(retired)
    }

    /// The JWKS document (RFC 7517 §5).
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// The `ETag` of the JWKS document, with quotes.
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// The stored key with this id.
    pub(super) fn stored(&self, kid: &str) -> Option<&StoredKey> {
        self.stored.iter().find(|key| key.kid() == kid)
    }

    /// Whether the stored keys are exactly `keys`, in the same order and states.
    pub(super) fn are<'k>(&self, mut keys: impl Iterator<Item = (&'k str, KeyState)>) -> bool {
        let mut stored = self.stored.iter();
        let same = |(kid, state)| stored.next().is_some_and(|key| key.kid() == kid && key.state() == state);
        keys.all(same) && stored.next().is_none()
    }
}
