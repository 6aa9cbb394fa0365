//! A cache of verified signatures, by the hash of the whole token: services present the same token many times, and
//! verifying its signature is the most expensive step of checking it.
//!
//! Only the signature is cached. The key's state, the expiry and the revocation are checked each time.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::base::secret::Hashed;

/// The most entries in each half. Together the halves take some megabytes at most (IN-12).
const MAX_PER_HALF: usize = 32 * 1024;

/// Two halves: when the young half is full it replaces the old half, whose entries are evicted.
#[derive(Default)]
pub(super) struct VerifiedCache(Mutex<Halves>);

#[derive(Default)]
struct Halves {
    young: HashSet<[u8; 32]>,
    old: HashSet<[u8; 32]>,
}

impl VerifiedCache {
    /// Whether the signature of the token with this hash was verified before.
    pub(super) fn contains(&self, hash: Hashed) -> bool {
        let Some(hash) = hash.as_bytes().first_chunk() else { return false };
        let halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.contains(hash) || halves.old.contains(hash)
    }

    /// Records that the signature of the token with this hash is valid.
    pub(super) fn insert(&self, hash: Hashed) {
        let Some(hash) = hash.as_bytes().first_chunk() else { return };
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if halves.young.len() >= MAX_PER_HALF {
            halves.old = std::mem::take(&mut halves.young);
        }
        halves.young.insert(*hash);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IN-12
    #[test]
    fn the_cache_is_bounded() {
        let verified = VerifiedCache::default();
        for number in 0..3 * MAX_PER_HALF {
            verified.insert(Hashed::of(&number.to_string()));
        }
        let known = |number: usize| verified.contains(Hashed::of(&number.to_string()));
        assert!(known(3 * MAX_PER_HALF - 1) && known(2 * MAX_PER_HALF) && !known(0) && !known(4 * MAX_PER_HALF));
        let halves = verified.0.lock().expect("a lock");
        assert!(halves.young.len() + halves.old.len() <= 2 * MAX_PER_HALF);
    }
}
