//! `[pages]`: the templates and the texts of the pages.

use schemars::JsonSchema;
use serde::Deserialize;

/// The templates and the texts of the pages.
#[derive(Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageSettings {
    /// folder with templates, as `vestibule pages export DIR` writes DIR/templates; a file replaces the built-in template of its name
    pub templates: String,
    /// folder with messages, as DIR/messages/<language>.ftl; a file replaces texts of its language, or adds a language
    pub messages: String,
    /// the language of a person who prefers none that is there
    pub default_language: String,
}
