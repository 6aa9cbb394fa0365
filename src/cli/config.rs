//! `vestibule config …`: the configuration looked at without starting.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{check, opened};
use crate::config::{self, Loaded};

/// What to do with the configuration.
#[derive(clap::Subcommand)]
pub enum Verb {
    /// Validate it and say everything that is wrong; exit 0 where it is good, 2 where not, with --probe 1 where a provider fails
    Check(check::Arguments),
    /// Print what is in force, secrets masked, each value with the layer it came from
    Dump,
    /// Print every key with its default and what it means
    Reference,
    /// Print a JSON Schema of it, for editors
    Schema,
}

/// Does it, with these files in place of the usual one.
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
        Err(problems) => opened::refuse(&problems),
    }
}

/// Where the reader has gone away (`… | head`), there is nothing left to do.
fn print(text: &str) -> ExitCode {
    let written = std::io::stdout().lock().write_all(text.as_bytes());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
