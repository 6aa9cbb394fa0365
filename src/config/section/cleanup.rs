//! `[cleanup]`

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::findings::Findings;
use crate::config::value::duration::DURATION;

/// What is removed when nobody needs it any more.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawCleanup {
    /// how often
    #[schemars(regex(pattern = DURATION))]
    every: String,
    /// rows at a time
    #[schemars(range(min = 1, max = 100_000))]
    batch: u32,
}

/// `[cleanup]`
pub struct Cleanup {
    /// The time between two passes.
    pub every: Duration,
    /// Rows that one statement may remove.
    pub batch: u32,
}

pub(crate) fn cleanup(raw: &RawCleanup, at: &mut Findings<'_>) -> Option<Cleanup> {
    Some(Cleanup { every: at.duration("cleanup.every", &raw.every, "1s", "1d")?, batch: raw.batch })
}
