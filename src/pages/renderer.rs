//! Renders pages.

use std::sync::Arc;

use minijinja::value::{Serde, merge_maps};
use minijinja::{Environment, Error, Value};

use super::brand::Brands;
use super::builtin;
use super::catalog::CatalogError;
use super::catalogs::Catalogs;
use super::context::page::Page;
use super::engine;
use super::files::{File, Files};
use super::frame::{BrandView, CONTEXT_VERSION, Frame, LanguageLink, LanguageMenu};
use super::icons::Icons;
use super::language::{self, Language};
use super::marks::{Mark, Marks};
use super::sample::Sample;
use super::samples;
use super::source_files::{self, FileError};
use crate::config::Config;

/// The templates and messages of all pages, ready to render.
pub struct Pages {
    environment: Environment<'static>,
    catalogs: Arc<Catalogs>,
    brands: Brands,
    marks: Marks,
    icons: Icons,
    files: Files,
}

/// Why pages cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// A file of the operator is not usable.
    #[error(transparent)]
    File(#[from] FileError),
    /// A message file is not valid.
    #[error(transparent)]
    Messages(#[from] CatalogError),
    /// A template is not valid, or uses what its page does not have.
    #[error("{}", described(.0))]
    Template(#[from] Error),
}

impl Pages {
    /// The pages, with the brands of the operator and of the clients, and the icons of the providers.
    pub fn new(config: &Config) -> Result<Self, PageError> {
        let settings = &config.pages;
        let templates = source_files::templates(&settings.templates)?;
        let messages = source_files::messages(&settings.messages)?;
        let catalogs = Arc::new(Catalogs::parse(&messages, &settings.default_language)?);
        let environment = engine::environment(&templates, &catalogs)?;
        let mut files = Files::default();
        let brands = Brands::new(&config.branding, &config.clients, &mut files);
        let icons = Icons::served(&mut files);
        let marks = Marks::new(&config.providers, &icons, &mut files);
        Ok(Self { environment, catalogs, brands, marks, icons, files })
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

    /// The menu on a page in that language. `return_to`: the path of the page, with its query.
    pub fn menu(&self, lang: &str, return_to: String) -> Option<LanguageMenu<'_>> {
        let current = self.languages().iter().find(|language| language.tag == lang)?;
        let others = self.languages().iter().filter(|language| language.tag != lang);
        let languages = others.map(|other| LanguageLink { tag: &other.tag, name: &other.name, dir: other.direction() });
        Some(LanguageMenu { current: &current.name, return_to, languages: languages.collect() })
    }

    /// Whether there are messages in that language.
    pub fn has_language(&self, tag: &str) -> bool {
        self.languages().iter().any(|language| language.tag == tag)
    }

    /// The brand of a page: of the client that led to it, or of the operator. `default_icon`: the path of the gateway's own icon.
    pub fn brand(&self, client: Option<&str>, prefix: &str, default_icon: &str) -> BrandView<'_> {
        self.brands.of(client).view(prefix, default_icon)
    }

    /// The sources of its pictures for the content security policy, each after a space.
    pub fn image_sources(&self, client: Option<&str>) -> &str {
        self.brands.of(client).image_sources()
    }

    /// The icon and the button of a provider.
    pub fn mark(&self, provider: &str) -> &Mark {
        self.marks.of(provider)
    }

    /// A file of a brand or of a provider, by its name.
    pub fn file(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    /// The files of brands and of providers with their paths.
    pub fn files(&self) -> impl Iterator<Item = (String, &[u8])> {
        self.files.iter()
    }

    /// The built-in templates and messages as files for an operator: their paths, and their content.
    pub fn exported() -> Vec<(String, String)> {
        let first = source_files::first_line();
        let templates =
            builtin::TEMPLATES.iter().map(|(name, source)| (format!("templates/{name}"), format!("{first}\n{source}")));
        let messages = builtin::MESSAGES.iter().map(|(name, text)| (format!("messages/{name}"), (*text).to_owned()));
        templates.chain(messages).collect()
    }

    /// The operator's icon of the browser tab, if it is a file.
    pub fn favicon(&self) -> Option<&File> {
        self.files.at(self.brands.favicon()?)
    }

    /// The HTML of a page.
    pub fn render<P: Page>(&self, frame: &Frame<'_>, page: &P) -> Result<String, PageError> {
        self.render_template(P::TEMPLATE, frame, Serde(page).into())
    }

    /// Every state of every page, with sample data. `refusals`: the messages of all refusals. `prefix`: before the paths of icons.
    pub fn samples(&self, refusals: &[String], prefix: &str) -> Vec<Sample> {
        samples::all(refusals, &self.icons, prefix)
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
    use crate::base::seal::generate_key;
    use crate::config;

    /// The pages of a configuration.
    fn pages(configuration: &str) -> Pages {
        let text = format!(
            "[database]\nurl = \"postgres://v@db/v\"\n[secrets]\nkeys = [\"{}\"]\n{configuration}",
            generate_key().expose()
        );
        let config = config::from_toml(&text).unwrap_or_else(|problems| panic!("{problems}"));
        Pages::new(&config).expect("pages")
    }

    #[test]
    fn every_state_of_every_page_renders_in_every_language() {
        let pages = pages("");
        for language in pages.languages() {
            let (lang, dir) = (language.tag.as_str(), language.direction());
            let frame =
                Frame { lang, dir, prefix: "", style: "", menu: None, brand: pages.brand(None, "", "/icon.svg") };
            for sample in pages.samples(&[], "") {
                let page = pages.render_sample(&frame, &sample);
                let page = page.unwrap_or_else(|error| panic!("{lang} {}: {error}", sample.name));
                assert!(
                    page.contains(&format!("<html lang=\"{lang}\" dir=\"{dir}\">")) && page.contains("</html>"),
                    "{page}"
                );
            }
        }
    }
}
