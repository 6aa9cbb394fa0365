//! `[pages]`: the templates and the texts of the pages.

use schemars::JsonSchema;
use serde::Deserialize;

/// The templates and the texts of the pages.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageSettings {
    /// the language of a person who prefers none that is there
    pub default_language: String,
}
