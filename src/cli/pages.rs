//! `vestibule pages …`: exports the built-in templates and messages, and shows every page.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::output;
use crate::config::{self, Config};
use crate::pages::{self, Frame, Pages};
use crate::web::{BUILT_IN, ICON_PATH, Refusal, STYLE_PATH};

/// The commands of `vestibule pages`.
#[derive(clap::Subcommand)]
pub enum Verb {
    /// Write the built-in templates and messages into a folder, to change them
    Export {
        /// The folder; no file in it is overwritten
        folder: PathBuf,
    },
    /// Write every state of every page in every language into a folder, with sample data; open its index.html
    Preview {
        /// The folder
        folder: PathBuf,
    },
}

/// Runs `vestibule pages export` or `vestibule pages preview`.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    let written = match verb {
        Verb::Export { folder } => export(folder),
        Verb::Preview { folder } => {
            let loaded = match config::load(files) {
                Ok(loaded) => loaded.into_config(),
                Err(problems) => return output::reject_configuration(&problems),
            };
            match preview(&loaded, folder) {
                Ok(Ok(count)) => Ok(count),
                Ok(Err(error)) => return output::fail(&error),
                Err(error) => Err(error),
            }
        }
    };
    match written {
        Ok(count) => output::print(&format!("{count} files.\n")),
        Err(error) => output::fail(&error),
    }
}

fn export(folder: &Path) -> io::Result<usize> {
    let all = Pages::exported();
    for (path, _) in &all {
        if folder.join(path).exists() {
            let what = format!("{} is there already", folder.join(path).display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
        }
    }
    for (path, text) in &all {
        write(&folder.join(path), text.as_bytes())?;
    }
    Ok(all.len())
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, content)
}

/// Writes the pages; the inner error is that of the templates or messages.
fn preview(config: &Config, folder: &Path) -> io::Result<Result<usize, String>> {
    let refusals = Refusal::messages();
    let pages = match pages::check(config, &refusals) {
        Ok(pages) => pages,
        Err(found) => return Ok(Err(found.join("\n"))),
    };
    let files = BUILT_IN.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes())).chain(pages.files());
    for (path, content) in files {
        write(&folder.join(path.trim_start_matches('/')), content)?;
    }
    let (mut index, mut count) = (String::from("<!doctype html><title>Pages</title>"), 0);
    for language in pages.languages() {
        let (lang, dir) = (language.tag.as_str(), language.direction());
        // The pages are one folder below the files that they load.
        let brand = pages.brand(None, "..", ICON_PATH);
        let frame = Frame { lang, dir, prefix: "..", style: STYLE_PATH, menu: pages.menu(lang, "/".to_owned()), brand };
        let _always_written = write!(index, "<h1>{}</h1>", language.name);
        for sample in pages.samples(&refusals, "..") {
            let page = match pages.render_sample(&frame, &sample) {
                Ok(page) => page,
                Err(error) => return Ok(Err(error.to_string())),
            };
            let name = format!("{lang}/{}.html", sample.name);
            write(&folder.join(&name), page.as_bytes())?;
            let _always_written = write!(index, "<a href=\"{name}\">{}</a> ", sample.name);
            count += 1;
        }
    }
    write(&folder.join("index.html"), index.as_bytes())?;
    Ok(Ok(count))
}
