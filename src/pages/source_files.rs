//! The templates and messages: the built-in ones, and the operator's files in place of them.

use std::fs;
use std::path::Path;

use super::builtin;
use super::catalog::Source;
use super::frame::CONTEXT_VERSION;

/// Why a file of the operator is not usable.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// A folder or a file cannot be read.
    #[error("{0}: cannot be read ({1})")]
    Unreadable(String, std::io::Error),
    /// The first line does not name the version of the contexts.
    #[error("{0}:1: the first line must be `{1}`")]
    Version(String, String),
}

/// The first line of each template.
pub(super) fn first_line() -> String {
    format!("{{#- context: {CONTEXT_VERSION} -#}}")
}

/// The templates, by name. A file of `folder` replaces the built-in template of the same name.
pub(super) fn templates(folder: &str) -> Result<Vec<(String, String)>, FileError> {
    let mut all: Vec<_> =
        builtin::TEMPLATES.iter().map(|(name, source)| ((*name).to_owned(), (*source).to_owned())).collect();
    for (name, text) in files(folder, "html")? {
        if text.lines().next().map(str::trim) != Some(first_line().as_str()) {
            return Err(FileError::Version(format!("{folder}/{name}"), first_line()));
        }
        all.retain(|(known, _)| *known != name);
        all.push((name, text));
    }
    Ok(all)
}

/// The messages by language. A file of `folder` replaces messages of the built-in file of the same name, or adds a language.
pub(super) fn messages(folder: &str) -> Result<Vec<(String, Vec<Source>)>, FileError> {
    let tag = |name: &str| name.trim_end_matches(".ftl").to_owned();
    let built_in = builtin::MESSAGES.iter().map(|(name, text)| {
        let source = Source { name: format!("messages/{name}"), text: (*text).to_owned() };
        (tag(name), vec![source])
    });
    let mut all: Vec<(String, Vec<Source>)> = built_in.collect();
    for (name, text) in files(folder, "ftl")? {
        let source = Source { name: format!("{folder}/{name}"), text };
        match all.iter_mut().find(|(known, _)| *known == tag(&name)) {
            Some((_, sources)) => sources.push(source),
            None => all.push((tag(&name), vec![source])),
        }
    }
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(all)
}

/// The files of a folder with that ending, by name. None if no folder is configured.
fn files(folder: &str, ending: &str) -> Result<Vec<(String, String)>, FileError> {
    if folder.is_empty() {
        return Ok(Vec::new());
    }
    let unreadable = |path: &Path, error| FileError::Unreadable(path.display().to_string(), error);
    let entries = fs::read_dir(folder).map_err(|error| unreadable(Path::new(folder), error))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| unreadable(Path::new(folder), error))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.extension().is_some_and(|extension| extension == ending) {
            let text = fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            found.push((name, text));
        }
    }
    found.sort();
    Ok(found)
}
