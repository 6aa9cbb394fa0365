//! The messages of all languages.

use super::arguments::{Arguments, Form};
use super::catalog::{Catalog, CatalogError, MessageError, Source};
use super::language::{self, Language};

/// The language that every message exists in.
pub(super) const SOURCE_LANGUAGE: &str = "en";

/// The catalogs by language, and the language if a person prefers none of them.
pub(super) struct Catalogs {
    all: Vec<Catalog>,
    languages: Vec<Language>,
    default: String,
}

impl Catalogs {
    /// Parses the files of each language. Some language must be [`SOURCE_LANGUAGE`].
    pub(super) fn parse(files: &[(String, Vec<Source>)], default: &str) -> Result<Self, CatalogError> {
        let all = files.iter().map(|(tag, sources)| Catalog::parse(tag, sources)).collect::<Result<Vec<_>, _>>()?;
        let languages: Vec<_> = all.iter().map(|catalog| catalog.language.clone()).collect();
        let known = language::lookup(&languages, std::iter::once(default));
        let default = known.map_or_else(|| SOURCE_LANGUAGE.to_owned(), |language| language.tag.clone());
        Ok(Self { all, languages, default })
    }

    /// The languages, in alphabetical order of their tags.
    pub(super) fn languages(&self) -> &[Language] {
        &self.languages
    }

    /// The tag of `pages.default_language`.
    pub(super) fn default_language(&self) -> &str {
        &self.default
    }

    /// The message in that language, or in English if the language lacks it.
    pub(super) fn format(
        &self,
        tag: &str,
        id: &str,
        arguments: &Arguments,
        form: Form,
    ) -> Result<String, MessageError> {
        let catalog = self.get(tag).filter(|catalog| catalog.has(id)).or_else(|| self.get(SOURCE_LANGUAGE));
        catalog.ok_or_else(|| MessageError::Unknown(id.to_owned()))?.format(id, arguments, form)
    }

    /// A date and time in that language.
    pub(super) fn time(&self, tag: &str, epoch_seconds: i64) -> Option<String> {
        self.get(tag)?.time(epoch_seconds)
    }

    fn get(&self, tag: &str) -> Option<&Catalog> {
        self.all.iter().find(|catalog| catalog.language.tag == tag)
    }
}
