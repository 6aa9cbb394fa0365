//! `[cleanup]`: deletion of expired rows.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::validator::Validator;
use crate::config::value::duration::DURATION;

/// Deletion of expired rows.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCleanup {
    /// time between two passes
    #[schemars(regex(pattern = DURATION))]
    every: String,
    /// rows that one statement deletes
    #[schemars(range(min = 1, max = 100_000))]
    batch: u32,
}

/// The validated settings of cleanup.
pub struct Cleanup {
    /// The time between two passes.
    pub every: Duration,
    /// The most rows that one statement deletes.
    pub batch: u32,
}

pub(crate) fn validate(raw: &RawCleanup, validator: &mut Validator<'_>) -> Option<Cleanup> {
    Some(Cleanup { every: validator.duration("cleanup.every", &raw.every, "1s", "1d")?, batch: raw.batch })
}
