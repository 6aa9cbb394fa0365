//! `vestibule secrets …`: generates and rotates the keys of the key ring.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{context, output};
use crate::administration::{self, ColumnResult};
use crate::base::clock::{Clock, Timestamp};
use crate::base::db::Db;
use crate::base::seal;
use crate::session::Lifetime;

/// The commands of `vestibule secrets`.
#[derive(clap::Subcommand)]
pub enum Verb {
    /// Print a new key for `secrets.keys`: 32 random bytes in base64
    Generate,
    /// Re-encrypt all stored secrets under the first key, and print from when the other keys may be removed
    Rotate,
}

/// Runs the command. Returns the exit code of the process.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    match verb {
        Verb::Generate => output::print(&format!("{}\n", seal::generate_key().expose())),
        Verb::Rotate => rotate(files),
    }
}

fn rotate(files: &[PathBuf]) -> ExitCode {
    let config = match context::load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let db = Db::open(&config.database.access());
    let done = match context::wait_for(administration::reseal(&db, &config.ring)) {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => return output::fail(&error),
        Err(code) => return code,
    };
    let lifetime = Lifetime::new(&config.sessions, &config.tokens);
    let printed = output::print(&report(&done, lifetime.not_after(Clock::system().now())));
    let unopened: usize = done.iter().map(|done| done.unopened).sum();
    if unopened > 0 {
        return output::fail(&format_args!(
            "{unopened} secrets are encrypted under keys that are no longer in secrets.keys."
        ));
    }
    printed
}

/// Cookies and refresh tokens are authenticated by the key that was first when they were issued, until their session ends.
fn report(done: &[ColumnResult], from: Timestamp) -> String {
    let mut text = String::new();
    for ColumnResult { name, resealed, .. } in done {
        // Writing to a `String` cannot fail.
        let _grown = writeln!(text, "{name:<24}{resealed} re-encrypted");
    }
    let from = from.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    text + &format!(
        "The other keys may be removed from secrets.keys from {from} on, if every replica already uses the current first\n\
         key: until then, there are refresh tokens and cookies that the other keys authenticate.\n"
    )
}
