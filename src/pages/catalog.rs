//! The messages of one language.

use std::sync::Arc;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentError, FluentResource};
use icu_locale_core::Locale;
use unic_langid::LanguageIdentifier;

use super::arguments::{Arguments, Form};
use super::language::Language;
use super::numbers;
use super::times::Times;

/// Messages about the language itself.
const NAME: &str = "language-name";
const DIRECTION: &str = "language-direction";
const FORMATS: &str = "language-formats";

/// The source of messages: the name of the file, for errors, and its text.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) name: String,
    pub(super) text: String,
}

/// Why a message file is not usable.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CatalogError {
    /// A syntax error of Fluent.
    #[error("{file}:{line}: {what}")]
    Syntax {
        /// The path of the file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The error, as Fluent states it.
        what: String,
    },
    /// The file name or the message `language-formats` is not a language tag.
    #[error("{0:?} is not a language tag")]
    Tag(String),
    /// Two messages have the same name.
    #[error("{file}: the message {id} stands there twice")]
    Twice {
        /// The path of the file.
        file: String,
        /// The id of the message.
        id: String,
    },
    /// The message `language-direction` is neither `ltr` nor `rtl`.
    #[error("{0}: language-direction is neither ltr nor rtl")]
    Direction(String),
}

/// Why a message cannot be shown.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(super) enum MessageError {
    #[error("there is no message {0}")]
    Unknown(String),
    #[error("the message {0}: {1}")]
    Unresolved(String, String),
}

/// The messages of one language, and its formats.
pub(super) struct Catalog {
    bundle: FluentBundle<Arc<FluentResource>>,
    times: Option<Times>,
    pub(super) language: Language,
}

impl Catalog {
    /// Parses the files of a language. Messages of a later file replace those of an earlier one.
    pub(super) fn parse(tag: &str, sources: &[Source]) -> Result<Self, CatalogError> {
        let resources = sources.iter().map(resource).collect::<Result<Vec<_>, _>>()?;
        let named = bundle(tag, &resources, sources)?;
        let text = |id: &str| text_of(&named, id);
        let formats = text(FORMATS).unwrap_or_else(|| tag.to_owned());
        let locale: Locale = formats.parse().map_err(|_| CatalogError::Tag(formats.clone()))?;
        let is_right_to_left = match text(DIRECTION).as_deref() {
            None | Some("ltr") => false,
            Some("rtl") => true,
            Some(_) => return Err(CatalogError::Direction(tag.to_owned())),
        };
        let language =
            Language { tag: tag.to_owned(), name: text(NAME).unwrap_or_else(|| tag.to_owned()), is_right_to_left };
        Ok(Self { bundle: bundle(&formats, &resources, sources)?, times: Times::of(locale), language })
    }

    /// Whether it has the message, or the attribute `message.attribute`.
    pub(super) fn has(&self, id: &str) -> bool {
        self.pattern(id).is_some()
    }

    /// The message with its arguments.
    pub(super) fn format(&self, id: &str, arguments: &Arguments, form: Form) -> Result<String, MessageError> {
        let pattern = self.pattern(id).ok_or_else(|| MessageError::Unknown(id.to_owned()))?;
        let mut errors = Vec::new();
        let message = self.bundle.format_pattern(pattern, Some(&arguments.markers()), &mut errors);
        match errors.first() {
            None => Ok(arguments.fill(&message, form)),
            Some(error) => Err(MessageError::Unresolved(id.to_owned(), error.to_string())),
        }
    }

    /// A date and time. `None` if it is out of range.
    pub(super) fn time(&self, epoch_seconds: i64) -> Option<String> {
        self.times.as_ref()?.format(epoch_seconds)
    }

    fn pattern(&self, id: &str) -> Option<&fluent_syntax::ast::Pattern<&str>> {
        match id.split_once('.') {
            Some((id, attribute)) => Some(self.bundle.get_message(id)?.get_attribute(attribute)?.value()),
            None => self.bundle.get_message(id)?.value(),
        }
    }
}

fn resource(source: &Source) -> Result<Arc<FluentResource>, CatalogError> {
    FluentResource::try_new(source.text.clone()).map(Arc::new).map_err(|(_, errors)| {
        let first = errors.first();
        let at = first.map_or(0, |error| error.pos.start);
        let before = source.text.get(..at).unwrap_or_default();
        let line = 1 + before.matches('\n').count();
        let what = first.map(ToString::to_string).unwrap_or_default();
        CatalogError::Syntax { file: source.name.clone(), line, what }
    })
}

/// The bundle of a language. Values are isolated by the markup, and not by Fluent.
fn bundle(
    tag: &str,
    resources: &[Arc<FluentResource>],
    sources: &[Source],
) -> Result<FluentBundle<Arc<FluentResource>>, CatalogError> {
    let language: LanguageIdentifier = tag.parse().map_err(|_| CatalogError::Tag(tag.to_owned()))?;
    let mut bundle = FluentBundle::new_concurrent(vec![language.clone()]);
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(numbers::format));
    for (resource, source) in resources.iter().zip(sources) {
        // By itself first: a message that stands twice in one file is a mistake.
        let mut alone = FluentBundle::new_concurrent(vec![language.clone()]);
        if let Err(errors) = alone.add_resource(Arc::clone(resource)) {
            let id = errors.into_iter().find_map(|error| match error {
                FluentError::Overriding { id, .. } => Some(id),
                _ => None,
            });
            return Err(CatalogError::Twice { file: source.name.clone(), id: id.unwrap_or_default() });
        }
        bundle.add_resource_overriding(Arc::clone(resource));
    }
    Ok(bundle)
}

/// The text of a message without arguments.
fn text_of(bundle: &FluentBundle<Arc<FluentResource>>, id: &str) -> Option<String> {
    let message = bundle.get_message(id)?;
    let mut errors = Vec::new();
    Some(bundle.format_pattern(message.value()?, None, &mut errors).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Argument;
    use super::*;

    fn source(text: &str) -> Source {
        Source { name: "messages/xx.ftl".to_owned(), text: text.to_owned() }
    }

    fn catalog(tag: &str, texts: &[&str]) -> Result<Catalog, CatalogError> {
        Catalog::parse(tag, &texts.iter().map(|text| source(text)).collect::<Vec<_>>())
    }

    fn number(catalog: &Catalog, number: i64) -> String {
        let mut arguments = Arguments::default();
        arguments.push("n", Argument::Number(number));
        catalog.format("n", &arguments, Form::Html).expect("a message")
    }

    #[test]
    fn a_later_file_replaces_messages() {
        let catalog = catalog("de", &["a = A\nb = B\n", "b = C\n    .title = T\n"]).expect("messages");
        let text = |id: &str| catalog.format(id, &Arguments::default(), Form::Html).ok();
        assert_eq!(text("a").as_deref(), Some("A"));
        assert_eq!(text("b").as_deref(), Some("C"));
        assert_eq!(text("b.title").as_deref(), Some("T"));
        assert_eq!(text("c"), None);
        assert!(catalog.has("b.title") && !catalog.has("a.title"));
    }

    #[test]
    fn errors_name_the_line_and_the_message() {
        let bad = catalog("de", &["a = A\n\nb = { $x\n"]).err().map(|error| error.to_string());
        assert!(bad.as_deref().is_some_and(|bad| bad.starts_with("messages/xx.ftl:")), "{bad:?}");
        let twice = catalog("de", &["a = A\na = B\n"]).err();
        assert_eq!(twice, Some(CatalogError::Twice { file: "messages/xx.ftl".into(), id: "a".into() }));
        assert_eq!(catalog("no tag", &["a = A\n"]).err(), Some(CatalogError::Tag("no tag".into())));
        let sideways = catalog("de", &["language-direction = up\n"]).err();
        assert_eq!(sideways, Some(CatalogError::Direction("de".into())));
    }

    #[test]
    fn a_missing_argument_is_an_error() {
        let catalog = catalog("de", &["a = { $x }\n"]).expect("messages");
        let missing = catalog.format("a", &Arguments::default(), Form::Html);
        assert!(matches!(missing, Err(MessageError::Unresolved(..))), "{missing:?}");
    }

    #[test]
    fn numbers_and_plural_forms_are_those_of_the_language() {
        let text = "n = { $n ->\n    [one] { $n } one\n   *[other] { $n } many\n }\n";
        let english = catalog("en", &[text]).expect("messages");
        assert_eq!((number(&english, 1), number(&english, 12_345)), ("1 one".into(), "12,345 many".into()));
        let german = catalog("de", &[text]).expect("messages");
        assert_eq!(number(&german, 12_345), "12.345 many");
        let text = "language-formats = ar-EG\nn = { $n ->\n    [two] { $n } two\n   *[other] { $n } many\n }\n";
        let arabic = catalog("ar", &[text]).expect("messages");
        assert_eq!(number(&arabic, 2), "\u{662} two");
    }

    #[test]
    fn times_are_those_of_the_language() {
        let at = 1_700_000_000;
        let time = |tag: &str, text: &str| catalog(tag, &[text]).expect("messages").time(at).expect("in range");
        assert_eq!(time("en", "language-formats = en-GB\n"), "14 November 2023 at 22:13");
        assert_eq!(time("de", ""), "14. November 2023 um 22:13");
        assert_eq!(time("ja", ""), "2023\u{5e74}11\u{6708}14\u{65e5} 22:13");
        assert_eq!(catalog("en", &[""]).expect("messages").time(i64::MAX), None);
    }
}
