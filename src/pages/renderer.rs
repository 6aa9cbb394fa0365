//! Renders pages.

use std::sync::Arc;

use minijinja::value::{Serde, merge_maps};
use minijinja::{Environment, Error, Value};

use super::builtin;
use super::catalog::{CatalogError, Source};
use super::catalogs::Catalogs;
use super::context::page::Page;
use super::engine;
use super::frame::{CONTEXT_VERSION, Frame};
use super::language::{self, Language};
use super::samples::{self, Sample};

/// The templates and messages of all pages, ready to render.
pub struct Pages {
    environment: Environment<'static>,
    catalogs: Arc<Catalogs>,
}

/// Why pages cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A message file is not valid.
    #[error(transparent)]
    Messages(#[from] CatalogError),
    /// A template is not valid, or uses what its page does not have.
    #[error("{}", described(.0))]
    Template(#[from] Error),
}

impl Pages {
    /// The built-in pages. `default_language`: the language of a person who prefers none that is there.
    pub fn built_in(default_language: &str) -> Result<Self, PageError> {
        let templates: Vec<_> =
            builtin::TEMPLATES.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect();
        let messages: Vec<_> = builtin::MESSAGES
            .iter()
            .map(|(name, text)| {
                let source = Source { name: format!("messages/{name}"), text: (*text).to_owned() };
                (name.trim_end_matches(".ftl").to_owned(), vec![source])
            })
            .collect();
        let catalogs = Arc::new(Catalogs::parse(&messages, default_language)?);
        Ok(Self { environment: engine::environment(&templates, &catalogs)?, catalogs })
    }

    /// The languages of the pages, in alphabetical order of their tags.
    pub fn languages(&self) -> &[Language] {
        self.catalogs.languages()
    }

    /// The language of a page, by the first that names one: the tags that a request asks for, the choice of the person, the header
    /// `Accept-Language`; else the default.
    pub fn language(&self, ui_locales: Option<&str>, chosen: Option<&str>, accept_language: Option<&str>) -> &Language {
        let languages = self.languages();
        let asked = ui_locales.into_iter().flat_map(str::split_whitespace);
        let accepted = accept_language.map(language::accepted).unwrap_or_default();
        let preferred = asked.chain(chosen).chain(accepted).chain(std::iter::once(self.catalogs.default_language()));
        language::lookup(languages, preferred).or(languages.first()).unwrap_or(&ENGLISH)
    }

    /// The HTML of a page.
    pub fn render<P: Page>(&self, frame: &Frame<'_>, page: &P) -> Result<String, PageError> {
        self.render_template(P::TEMPLATE, frame, Serde(page).into())
    }

    /// Every state of every page, with sample data. `refusals`: the messages of all refusals.
    pub fn samples(refusals: &[String]) -> Vec<Sample> {
        samples::all(refusals)
    }

    /// The HTML of a sample.
    pub fn render_sample(&self, frame: &Frame<'_>, sample: &Sample) -> Result<String, PageError> {
        self.render_template(sample.template, frame, sample.context.clone())
    }

    fn render_template(&self, name: &str, frame: &Frame<'_>, page: Value) -> Result<String, PageError> {
        let version = minijinja::context! { context_version => CONTEXT_VERSION };
        let context = merge_maps([version, Value::from(Serde(frame)), page]);
        Ok(self.environment.get_template(name)?.render(context)?)
    }
}

/// The language of a gateway without messages, which does not start.
static ENGLISH: Language = Language { tag: String::new(), name: String::new(), is_right_to_left: false };

/// The template, the line and the reason of an error.
fn described(error: &Error) -> String {
    let place = match (error.name(), error.line()) {
        (Some(name), Some(line)) => format!("templates/{name}:{line}: "),
        (Some(name), None) => format!("templates/{name}: "),
        _ => String::new(),
    };
    let detail = error.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
    format!("{place}{}{detail}", error.kind())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_of_every_page_renders_in_every_language() {
        let pages = Pages::built_in("en").expect("the built-in pages");
        let mut rendered = Vec::new();
        for Language { tag, .. } in pages.languages() {
            let frame = Frame { lang: tag, dir: "ltr", prefix: "", style: "/style.css", icon: "/icon.svg" };
            for sample in Pages::samples(&[]) {
                let page = pages.render_sample(&frame, &sample).map_err(|error| error.to_string());
                let page = page.unwrap_or_else(|error| panic!("{tag} {}: {error}", sample.name));
                assert!(page.contains("</html>"), "{tag} {}: {page}", sample.name);
                rendered.push(page);
            }
        }
        println!("{}", rendered.concat());
    }
}
