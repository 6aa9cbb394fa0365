//! Checks the operator's templates and messages: every state of every page is rendered in every language.

use super::builtin;
use super::catalogs::SOURCE_LANGUAGE;
use super::frame::Frame;
use super::renderer::{PageError, Pages};
use super::source_files;
use super::texts::{self, differences};
use crate::config::{Config, PageSettings};

/// What is wrong with the pages, each with the file and the line if they are known. `refusals`: the messages of all refusals.
pub fn check(config: &Config, refusals: &[String]) -> Result<Pages, Vec<String>> {
    let settings = &config.pages;
    let pages = Pages::new(config).map_err(|error| vec![located(&error, settings)])?;
    let mut found = message_problems(settings);
    if !settings.templates.is_empty() || !settings.messages.is_empty() {
        found.extend(render_all(&pages, refusals).iter().map(|error| located(error, settings)));
    }
    found.sort();
    found.dedup();
    if found.is_empty() { Ok(pages) } else { Err(found) }
}

/// Messages of the operator that no page uses, and placeholders that no page fills.
fn message_problems(settings: &PageSettings) -> Vec<String> {
    let english = builtin::MESSAGES.iter().find(|(name, _)| name.trim_end_matches(".ftl") == SOURCE_LANGUAGE);
    let english = texts::texts(english.map(|(_, text)| *text).unwrap_or_default());
    let sources = source_files::messages(&settings.messages).unwrap_or_default();
    let of_operator = sources
        .iter()
        .flat_map(|(_, sources)| sources)
        .filter(|source| !settings.messages.is_empty() && source.name.starts_with(&settings.messages));
    let described = of_operator.flat_map(|source| {
        let found = differences(&texts::texts(&source.text), &english);
        found.into_iter().map(|what| format!("{}: {what}", source.name))
    });
    described.collect()
}

fn render_all(pages: &Pages, refusals: &[String]) -> Vec<PageError> {
    let mut errors = Vec::new();
    for language in pages.languages() {
        let (lang, dir) = (language.tag.as_str(), language.direction());
        let brand = pages.brand(None, "", "/icon.svg");
        let frame = Frame { lang, dir, prefix: "", style: "/style.css", menu: None, brand };
        errors
            .extend(pages.samples(refusals, "").iter().filter_map(|sample| pages.render_sample(&frame, sample).err()));
    }
    errors
}

/// The error with the path of the operator's file in place of its name.
fn located(error: &PageError, settings: &PageSettings) -> String {
    let text = error.to_string();
    match text.strip_prefix("templates/") {
        Some(rest) if !settings.templates.is_empty() => format!("{}/{rest}", settings.templates.trim_end_matches('/')),
        _ => text,
    }
}
