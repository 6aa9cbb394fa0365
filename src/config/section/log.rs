//! `[log]`: level and format of the log.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::layer::suggest::suggest_word;
use crate::config::layer::validator::{Validator, quoted};

/// The words that are a level of the log.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Level and format of the log.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// off, error, warn, info, debug or trace, or a filter as `info,vestibule=debug`
    pub level: String,
    /// format of each line: `text` or `json`
    pub format: LogFormat,
}

/// The format of a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Plain text, for reading.
    Text,
    /// One JSON object per line.
    Json,
}

pub(crate) fn validate(log: &Log, validator: &mut Validator<'_>) {
    let remedy = "write off, error, warn, info, debug or trace, or a filter as \"info,vestibule=debug\"";
    // A filter reads any other word as a module name, so a misspelled level would disable the log.
    let is_level = |word: &str| LEVELS.contains(&word.to_lowercase().as_str());
    let mut words = log.level.split(',').map(str::trim).filter(|_| !log.level.contains('['));
    if let Some(word) = words.find(|word| !word.contains('=') && !is_level(word)) {
        let likely =
            suggest_word(word, &LEVELS).map(|level| format!(" (did you mean \"{level}\"?)")).unwrap_or_default();
        validator.reject("log.level", format!("{} is not a level{likely}", quoted(word)), remedy);
        return;
    }
    let filter = tracing_subscriber::EnvFilter::builder().parse(&log.level);
    validator.accept("log.level", filter.map_err(|_| format!("{} is not a filter", quoted(&log.level))), remedy);
}
