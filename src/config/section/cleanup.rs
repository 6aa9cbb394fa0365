//! `[cleanup]`: deletion of expired rows.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::value::duration::DurationText;

/// Deletion of expired rows.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cleanup {
    /// time between two passes
    #[serde(with = "DurationText")]
    #[schemars(extend("x-from" = "1s", "x-to" = "1d"))]
    pub every: Duration,
    /// rows that one statement deletes
    #[schemars(range(min = 1, max = 100_000))]
    pub batch: u32,
}
