//! The template engine, with the templates and functions of the pages.

use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior};

use super::catalogs::Catalogs;
use super::functions;

/// The environment of these templates. A name that is not in the context of the page is an error.
pub(super) fn environment(
    templates: &[(String, String)],
    catalogs: &Arc<Catalogs>,
) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).build()?);
    functions::add(&mut environment, catalogs);
    for (name, source) in templates {
        environment.add_template_owned(name.clone(), source.clone())?;
    }
    Ok(environment)
}
