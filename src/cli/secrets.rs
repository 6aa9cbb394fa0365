//! `vestibule secrets …`: keys for the ring.

use std::io::Write;
use std::process::ExitCode;

use crate::base::seal;

/// What to do with secrets.
#[derive(clap::Subcommand)]
pub enum Verb {
    /// Print a new key for `secrets.keys`: 32 random bytes in base64
    Generate,
}

/// Does it.
pub fn run(verb: &Verb) -> ExitCode {
    match verb {
        Verb::Generate => {
            let written = writeln!(std::io::stdout(), "{}", seal::generate_key().expose());
            if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
    }
}
