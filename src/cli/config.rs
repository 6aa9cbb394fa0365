//! `vestibule config …`: checks, prints and documents the configuration.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{check, output};
use crate::config::{self, Loaded};

/// The commands of `vestibule config`.
#[derive(clap::Subcommand)]
pub enum Verb {
    /// Validate it and print all problems; exit 0 if it is valid, 2 if not, with --probe 1 if a provider fails
    Check(check::Arguments),
    /// Print the effective values with their origins, secrets masked
    Dump,
    /// Print every key with its default and its meaning
    Reference,
    /// Print the JSON Schema of a configuration file, for editors
    Schema,
}

/// Runs the command. `files` replace the default file.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    match verb {
        Verb::Check(arguments) => check::run(arguments, files),
        Verb::Dump => report(files, config::dump),
        Verb::Reference => print(&config::reference()),
        Verb::Schema => print(&config::schema()),
    }
}

fn report(files: &[PathBuf], text: impl FnOnce(&Loaded) -> String) -> ExitCode {
    match config::load(files) {
        Ok(loaded) => print(&text(&loaded)),
        Err(problems) => output::reject_configuration(&problems),
    }
}

/// If the reader has closed the pipe (`… | head`), there is nothing left to do.
fn print(text: &str) -> ExitCode {
    let written = std::io::stdout().lock().write_all(text.as_bytes());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
