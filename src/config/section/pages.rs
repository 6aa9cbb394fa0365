//! `[pages]`: the templates and the texts of the pages.

use schemars::JsonSchema;
use serde::Deserialize;

use super::provider::protocol::Provider;
use crate::config::layer::validator::Validator;

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
    /// the login page: `buttons`, one for each provider, or `email`: it asks for the e-mail address first, and `providers.<id>.domains` lead to the provider
    pub chooser: Chooser,
}

/// What the login page asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Chooser {
    /// A button for each provider.
    Buttons,
    /// The e-mail address.
    Email,
}

/// Rejects a page that asks for an address which leads nowhere.
pub(crate) fn validate(settings: &PageSettings, providers: &[Option<Provider>], validator: &mut Validator<'_>) {
    let leads_nowhere = |provider: &Option<Provider>| {
        provider.as_ref().is_some_and(|provider| provider.registration().domains.is_empty())
    };
    if settings.chooser == Chooser::Email && providers.iter().all(leads_nowhere) {
        let remedy = "write domains = [\"example.com\"] in the table of a provider, or chooser = \"buttons\"";
        validator.reject("pages.chooser", "is \"email\", but no provider has domains", remedy);
    }
}
