//! An estimate of a number that is counted now and then.

use std::sync::atomic::{AtomicU64, Ordering};

/// What was counted last, and what this process added since.
#[derive(Debug, Default)]
pub struct Estimate(AtomicU64);

impl Estimate {
    /// Replaces the estimate by a count.
    pub fn set(&self, counted: u64) {
        self.0.store(counted, Ordering::Relaxed);
    }

    /// Adds one.
    pub fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// The estimate.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
