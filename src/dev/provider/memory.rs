//! What is remembered under a secret that was handed out: the last thousand, no more.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::secret::{Hashed, Plain};

const CAPACITY: usize = 1000;

/// Things by the hash of their secret; the oldest is forgotten for a new one.
pub(super) struct Memory<T>(Mutex<VecDeque<(Hashed, T)>>);

impl<T: Clone> Memory<T> {
    /// Remembers nothing yet.
    pub(super) fn new() -> Self {
        Self(Mutex::new(VecDeque::new()))
    }

    /// Remembers a thing, and hands out its new secret.
    pub(super) fn keep(&self, thing: T) -> Plain {
        let secret = Plain::random();
        let mut kept = self.lock();
        if kept.len() >= CAPACITY {
            kept.pop_front();
        }
        kept.push_back((secret.hashed(), thing));
        secret
    }

    /// The thing as it is, after which `change` is made to it.
    pub(super) fn take(&self, secret: &str, change: impl FnOnce(&mut T)) -> Option<T> {
        let hash = Hashed::of(secret);
        let mut kept = self.lock();
        let (_, thing) = kept.iter_mut().find(|(known, _)| *known == hash)?;
        let before = thing.clone();
        change(thing);
        Some(before)
    }

    /// The thing of a secret.
    pub(super) fn find(&self, secret: &str) -> Option<T> {
        self.take(secret, |_| ())
    }

    /// Forgets the things that fit.
    pub(super) fn forget(&self, fits: impl Fn(&T) -> bool) {
        self.lock().retain(|(_, thing)| !fits(thing));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(Hashed, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let memory = Memory::new();
        let first = memory.keep(0);
        let second = memory.keep(1);
        for number in 2..=CAPACITY {
            memory.keep(number);
        }
        assert_eq!(memory.find(first.expose()), None);
        assert_eq!(memory.find(second.expose()), Some(1));
    }
}
