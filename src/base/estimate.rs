//! An estimate of a number that is counted now and then.

use std::sync::atomic::{AtomicU64, Ordering};

/// The last count, and what this process added since.
#[derive(Debug, Default)]
pub struct Estimate(AtomicU64);

impl Estimate {
    /// Replaces the estimate by a count.
    pub fn set(&self, counted: u64) {
        self.0.store(counted, Ordering::Relaxed);
    }

    /// Subtracts a fifth if counting failed: an estimate that only grows would refuse all logins in the end.
    pub fn decay(&self) {
        let less = |number: u64| number - number.div_ceil(5);
        let _always_updated = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |number| Some(less(number)));
    }

    /// Counts one more, until the next count replaces the estimate.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The last count and what was added since.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_without_counts_decreases_to_nothing() {
        let estimate = Estimate::default();
        estimate.set(100);
        estimate.decay();
        assert_eq!(estimate.get(), 80);
        (0..50).for_each(|_| estimate.decay());
        assert_eq!(estimate.get(), 0);
        estimate.decay();
        assert_eq!(estimate.get(), 0);
    }
}
