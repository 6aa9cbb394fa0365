//! Signatures that were found good, by the hash of the whole token: services show the same token again and again, and
//! verifying it costs more than all else about it.
//!
//! What is remembered is the signature alone. Whether its key still counts, whether the token has expired or was revoked,
//! is asked each time.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::base::secret::Hashed;

/// How many there may be in each half: some megabytes in all, and never more (IN-12).
const MOST: usize = 32 * 1024;

/// Two halves: when the young one is full it becomes the old one, and what was in that is forgotten.
#[derive(Default)]
pub(super) struct Verified(Mutex<Halves>);

#[derive(Default)]
struct Halves {
    young: HashSet<[u8; 32]>,
    old: HashSet<[u8; 32]>,
}

impl Verified {
    /// Whether the token of that hash was verified before.
    pub(super) fn knows(&self, hash: Hashed) -> bool {
        let Some(hash) = hash.as_bytes().first_chunk() else { return false };
        let halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        halves.young.contains(hash) || halves.old.contains(hash)
    }

    /// The token of that hash was verified.
    pub(super) fn remember(&self, hash: Hashed) {
        let Some(hash) = hash.as_bytes().first_chunk() else { return };
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if halves.young.len() >= MOST {
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
    fn no_more_is_remembered_than_there_is_room_for() {
        let verified = Verified::default();
        for number in 0..3 * MOST {
            verified.remember(Hashed::of(&number.to_string()));
        }
        let known = |number: usize| verified.knows(Hashed::of(&number.to_string()));
        assert!(known(3 * MOST - 1) && known(2 * MOST) && !known(0) && !known(4 * MOST));
        let halves = verified.0.lock().expect("a lock");
        assert!(halves.young.len() + halves.old.len() <= 2 * MOST);
    }
}
