//! The states of a rate limiter, bounded in memory: a sender of many addresses must not fill it.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;

/// The number of parts with a lock each.
const SHARDS: usize = 16;
/// The maximum number of keys of a part that have a state of their own.
const MAX_OWN: usize = 4096;
/// The states of a part that further keys share.
const MAX_SHARED: usize = 256;

/// One state for each key, such as an address, up to 65,536. Further keys share 4,096 states until old ones are evicted: each of them
/// then gets less than its limit, and memory does not grow. Which keys share a state is not predictable.
pub struct BoundedStore<K> {
    shards: Vec<Mutex<Shard<K>>>,
    hasher: RandomState,
}

struct Shard<K> {
    own: HashMap<K, Nanos>,
    shared: HashMap<usize, Nanos>,
}

impl<K> BoundedStore<K> {
    /// A store without entries, which grows up to its bound.
    pub fn new() -> Self {
        let empty = || Mutex::new(Shard { own: HashMap::new(), shared: HashMap::new() });
        Self { shards: (0..SHARDS).map(|_| empty()).collect(), hasher: RandomState::new() }
    }

    fn all(&self) -> impl Iterator<Item = MutexGuard<'_, Shard<K>>> {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<K: Hash + Eq + Clone> Shard<K> {
    /// Updates the state of the key, or the state that the key shares with others.
    fn update<T, E>(
        &mut self,
        key: &K,
        hash: usize,
        decide: impl Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    ) -> Result<T, E> {
        if self.own.len() < MAX_OWN || self.own.contains_key(key) {
            let (outcome, state) = decide(self.own.get(key).copied())?;
            self.own.insert(key.clone(), state);
            return Ok(outcome);
        }
        let place = hash / SHARDS % MAX_SHARED;
        let (outcome, state) = decide(self.shared.get(&place).copied())?;
        self.shared.insert(place, state);
        Ok(outcome)
    }
}

impl<K: Hash + Eq + Clone> StateStore for BoundedStore<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let hash = usize::try_from(self.hasher.hash_one(key) >> 1).unwrap_or_default();
        match self.shards.get(hash % SHARDS) {
            Some(shard) => shard.lock().unwrap_or_else(PoisonError::into_inner).update(key, hash, decide),
            None => decide(None).map(|(outcome, _)| outcome),
        }
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for BoundedStore<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        for mut shard in self.all() {
            shard.own.retain(|_, state| *state > drop_below);
            shard.shared.retain(|_, state| *state > drop_below);
        }
    }

    fn shrink_to_fit(&self) {
        self.all().for_each(|mut shard| shard.own.shrink_to_fit());
    }

    fn len(&self) -> usize {
        self.all().map(|shard| shard.own.len() + shard.shared.len()).sum()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv6Addr};
    use std::num::NonZeroU32;
    use std::time::Duration;

    use governor::clock::FakeRelativeClock;
    use governor::middleware::NoOpMiddleware;
    use governor::{Quota, RateLimiter};

    use super::*;

    fn address(number: u32) -> IpAddr {
        IpAddr::V6(Ipv6Addr::from_bits(u128::from(number) << 64))
    }

    /// IN-12: a sender of many addresses cannot fill the memory, and known addresses keep their own state.
    #[test]
    fn many_addresses_do_not_fill_the_memory() {
        let clock = FakeRelativeClock::default();
        let quota = Quota::per_minute(NonZeroU32::new(3).expect("not zero"));
        let limiter: RateLimiter<_, _, _, NoOpMiddleware<Nanos>> =
            RateLimiter::new(quota, BoundedStore::new(), clock.clone());
        let known = address(u32::MAX);
        assert!(limiter.check_key(&known).is_ok());
        let accepted = (0..1_000_000).filter(|number| limiter.check_key(&address(*number)).is_ok()).count();
        let most = SHARDS * (MAX_OWN + MAX_SHARED);
        assert!(limiter.len() <= most, "{} states", limiter.len());
        assert!(accepted <= SHARDS * (MAX_OWN + 3 * MAX_SHARED), "{accepted} of a million addresses");
        let own: Vec<_> = (0..3).map(|_| limiter.check_key(&known).is_ok()).collect();
        assert_eq!(own, [true, true, false]);
        // The state of a key that has used its whole quota ends a period after the quota is full again.
        clock.advance(Duration::from_secs(121));
        limiter.retain_recent();
        assert_eq!(limiter.len(), 0);
        assert!(limiter.check_key(&address(1)).is_ok());
    }
}
