//! Values stored in memory under a random secret: the last thousand.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::secret::{Hashed, Plain};

/// The number of values after which the oldest one is removed.
const CAPACITY: usize = 1000;

/// Values by the hash of their secret; a new value replaces the oldest.
pub(super) struct Memory<T>(Mutex<VecDeque<(Hashed, T)>>);

impl<T: Clone> Memory<T> {
    /// A store without values.
    pub(super) fn new() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }

    /// Stores a value. Returns its new secret.
    pub(super) fn insert(&self, value: T) -> Plain {
        let secret = Plain::random();
        let mut stored = self.lock();
        if stored.len() >= CAPACITY {
            stored.pop_front();
        }
        stored.push_back((secret.hashed(), value));
        secret
    }

    /// Returns the value, and then applies `change` to the stored one.
    pub(super) fn update(&self, secret: &str, change: impl FnOnce(&mut T)) -> Option<T> {
        let hash = Hashed::of(secret);
        let mut stored = self.lock();
        let (_, value) = stored.iter_mut().find(|(known, _)| *known == hash)?;
        let before = value.clone();
        change(value);
        Some(before)
    }

    /// The value of a secret.
    pub(super) fn find(&self, secret: &str) -> Option<T> {
        self.update(secret, |_| ())
    }

    /// Removes the values for which `matches` is true.
    pub(super) fn remove(&self, matches: impl Fn(&T) -> bool) {
        self.lock().retain(|(_, value)| !matches(value));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Hashed, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_value_replaces_the_oldest() {
        let memory = Memory::new();
        let first = memory.insert(0);
        let second = memory.insert(1);
        for number in 2..=CAPACITY {
            memory.insert(number);
        }
        assert_eq!(memory.find(first.expose()), None);
        assert_eq!(memory.find(second.expose()), Some(1));
    }
}
