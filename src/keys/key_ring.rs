//! The keys that a replica holds, as one value that is swapped whole.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::JwkSet;

use super::key::{BadKey, SigningKey};
use super::policy::Policy;
use super::public_key::PublicKey;
use super::timeline::State;
use super::verified::Verified;
use crate::base::secret::Hashed;
use crate::config::{Algorithm, KeyFile};

/// The keys of this replica. Cheap to clone; all clones see the same keys.
#[derive(Clone)]
pub struct KeyRing(Arc<Inner>);

struct Inner {
    keys: ArcSwap<Keys>,
    files: Vec<Arc<SigningKey>>,
    verified: Verified,
    policy: Policy,
    began: Instant,
    /// Milliseconds from `began` to the last look at the database.
    looked: AtomicU64,
    /// Milliseconds from `began` until what is due may be tried again.
    rests: AtomicU64,
}

/// The pause after a change that failed: making keys costs time, and a database that may only be read takes none.
const REST: Duration = Duration::from_secs(60);

/// All keys that sign or verify, and the document that publishes them.
pub struct Keys {
    held: Vec<Held>,
    active: Vec<Arc<SigningKey>>,
    published: Vec<Arc<PublicKey>>,
    jwks: String,
    etag: String,
}

/// A key from the database, as far as it is of use.
#[derive(Clone)]
pub enum Held {
    /// In the JWKS, in that state.
    Published(Arc<SigningKey>, State),
    /// Out of it.
    Retired(Arc<PublicKey>),
}

impl Held {
    pub fn kid(&self) -> &str {
        match self {
            Self::Published(key, _) => key.kid(),
            Self::Retired(key) => key.kid(),
        }
    }

    pub fn state(&self) -> State {
        match self {
            Self::Published(_, state) => *state,
            Self::Retired(_) => State::Gone,
        }
    }
}

/// The keys from the operator's files.
pub(super) fn from_files(files: &[KeyFile]) -> Result<Vec<Arc<SigningKey>>, BadKey> {
    files.iter().map(|file| SigningKey::from_pkcs8(file.algorithm(), file.pkcs8()).map(Arc::new)).collect()
}

impl KeyRing {
    /// Holds these keys, which were read from the database just now, beside those of the files.
    pub(super) fn new(keys: Keys, files: Vec<Arc<SigningKey>>, policy: Policy) -> Self {
        let (keys, looked, rests) = (ArcSwap::from_pointee(keys), AtomicU64::new(0), AtomicU64::new(0));
        let verified = Verified::default();
        Self(Arc::new(Inner { keys, files, verified, policy, began: Instant::now(), looked, rests }))
    }

    /// A ring of keys that stay.
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

    /// Holds the keys of another ring from now on.
    #[cfg(test)]
    pub fn replace_for_test(&self, other: &Self) {
        self.0.keys.store(other.keys());
    }

    /// The keys of this moment. Costs neither a lock nor a round trip.
    pub fn keys(&self) -> Arc<Keys> {
        self.0.keys.load_full()
    }

    /// The key that signs with an algorithm at this moment.
    pub fn signing_key(&self, algorithm: Algorithm) -> Option<Arc<SigningKey>> {
        self.0.keys.load().active.iter().find(|key| key.algorithm() == algorithm).map(Arc::clone)
    }

    /// Whether the signature of the token with that hash was found good before, by a key that may be gone since.
    pub fn verified(&self, token: Hashed) -> bool {
        self.0.verified.knows(token)
    }

    /// The signature of the token with that hash is good.
    pub fn remember_verified(&self, token: Hashed) {
        self.0.verified.remember(token);
    }

    /// The rules by which they are replaced.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// How long caches may keep the JWKS of this moment ([`Policy::max_age`]). It shrinks while the database is away.
    pub fn max_age(&self) -> Duration {
        self.0.policy.max_age(self.0.began.elapsed().saturating_sub(read(&self.0.looked)))
    }

    pub(super) fn files(&self) -> &[Arc<SigningKey>] {
        &self.0.files
    }

    /// Holds these keys from now on.
    pub(super) fn replace(&self, keys: Keys) {
        self.0.keys.store(Arc::new(keys));
    }

    /// The database was looked at, at that moment.
    pub(super) fn looked(&self, at: Instant) {
        write(&self.0.looked, at.saturating_duration_since(self.0.began));
    }

    /// Whether a change failed lately.
    pub(super) fn rests(&self) -> bool {
        self.0.began.elapsed() < read(&self.0.rests)
    }

    /// A change failed.
    pub(super) fn rest(&self) {
        write(&self.0.rests, self.0.began.elapsed() + REST);
    }
}

fn read(millis: &AtomicU64) -> Duration {
    Duration::from_millis(millis.load(Ordering::Relaxed))
}

fn write(millis: &AtomicU64, time: Duration) {
    millis.store(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

impl Keys {
    /// Keys in the JWKS, each with whether it signs.
    #[cfg(test)]
    pub fn new(keys: Vec<(SigningKey, bool)>) -> Self {
        let state = |signs| if signs { State::Active } else { State::Retiring };
        Self::of(keys.into_iter().map(|(key, signs)| Held::Published(Arc::new(key), state(signs))).collect(), &[])
    }

    /// Of what the database holds, oldest first, and of the files: the first file of an algorithm signs, and before any
    /// key of the database.
    pub(super) fn of(held: Vec<Held>, files: &[Arc<SigningKey>]) -> Self {
        let mut active: Vec<_> = files.iter().map(Arc::clone).collect();
        let mut published: Vec<_> = files.iter().map(|key| Arc::clone(key.public())).collect();
        for key in &held {
            if let Held::Published(key, state) = key {
                published.push(Arc::clone(key.public()));
                active.extend((*state == State::Active).then(|| Arc::clone(key)));
            }
        }
        let set = JwkSet { keys: published.iter().map(|key| key.jwk().clone()).collect() };
        let jwks = serde_json::to_string(&set).unwrap_or_else(|_| r#"{"keys":[]}"#.into());
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(Hashed::of(&jwks).as_bytes()));
        Self { held, active, published, jwks, etag }
    }

    /// The key that signs with an algorithm.
    pub fn signing(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        self.active.iter().find(|key| key.algorithm() == algorithm).map(AsRef::as_ref)
    }

    /// The same; where there is none, one that is published only: tokens of an algorithm that was added a moment ago are
    /// better than none, and whoever does not find their key looks again.
    pub fn signing_or_published(&self, algorithm: Algorithm) -> Option<&SigningKey> {
        let published = || {
            self.held.iter().find_map(|key| match key {
                Held::Published(key, State::Published) if key.algorithm() == algorithm => Some(key.as_ref()),
                _ => None,
            })
        };
        self.signing(algorithm).or_else(published)
    }

    /// The key of the first of these algorithms that signs already: that of one which was added later is published for
    /// a while first. Where none of them does, as after a change of all, any other that still signs.
    pub fn first_signing(&self, algorithms: &[Algorithm]) -> Option<&SigningKey> {
        let first = algorithms.iter().find_map(|algorithm| self.signing(*algorithm));
        first.or_else(|| self.active.first().map(AsRef::as_ref))
    }

    /// The key of that id, while it is published.
    pub fn by_kid(&self, kid: &str) -> Option<&PublicKey> {
        self.published.iter().find(|key| key.kid() == kid).map(AsRef::as_ref)
    }

    /// The key of that id, also while it is kept out of the JWKS: for `id_token_hint` alone (OpenID Connect
    /// RP-Initiated Logout 1.0 §2), where an expired ID token counts. A revoked key is never found.
    pub fn for_hint(&self, kid: &str) -> Option<&PublicKey> {
        let retired = || {
            self.held.iter().find_map(|key| match key {
                Held::Retired(key) if key.kid() == kid => Some(key.as_ref()),
                _ => None,
            })
        };
        self.by_kid(kid).or_else(retired)
    }

    /// The JWKS document (RFC 7517 §5).
    pub fn jwks(&self) -> &str {
        &self.jwks
    }

    /// The document's entity tag, in quotes.
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// What is held under that id.
    pub(super) fn held(&self, kid: &str) -> Option<&Held> {
        self.held.iter().find(|key| key.kid() == kid)
    }

    /// Whether it is these keys that are held, in these states.
    pub(super) fn are<'k>(&self, mut keys: impl Iterator<Item = (&'k str, State)>) -> bool {
        let mut held = self.held.iter();
        let same = |(kid, state)| held.next().is_some_and(|key| key.kid() == kid && key.state() == state);
        keys.all(same) && held.next().is_none()
    }
}
