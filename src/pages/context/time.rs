//! Times in contexts.

use serde::Serialize;

/// A time in seconds since 1970-01-01 UTC. The filter `time` writes it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Time(pub i64);
