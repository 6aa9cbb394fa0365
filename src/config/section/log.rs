//! `[log]`

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::findings::{Findings, shown};
use crate::config::layer::nearest::nearest_word;

/// The levels, and `off`.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// What is logged, and how.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLog {
    /// off, error, warn, info, debug or trace, or a filter as `info,vestibule=debug`
    level: String,
    /// or `json`
    format: LogFormat,
}

/// `[log]`
#[derive(Clone)]
pub struct Log {
    /// A level, or a filter as tracing-subscriber reads it.
    pub level: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

pub(crate) fn log(raw: RawLog, at: &mut Findings<'_>) -> Option<Log> {
    let remedy = "write off, error, warn, info, debug or trace, or a filter as \"info,vestibule=debug\"";
    // A filter takes any word for the name of a module, so that a level with a typing error would silence everything.
    let is_level = |word: &str| LEVELS.contains(&word.to_lowercase().as_str());
    let mut words = raw.level.split(',').map(str::trim).filter(|_| !raw.level.contains('['));
    if let Some(word) = words.find(|word| !word.contains('=') && !is_level(word)) {
        let likely = nearest_word(word, &LEVELS).map(|level| format!(" (\"{level}\" is near)")).unwrap_or_default();
        at.refuse("log.level", format!("{} is not a level{likely}", shown(word)), remedy);
        return None;
    }
    let filter = tracing_subscriber::EnvFilter::builder().parse(&raw.level);
    at.accept("log.level", filter.map_err(|_| format!("{} is not a filter", shown(&raw.level))), remedy)?;
    Some(Log { level: raw.level, format: raw.format })
}
