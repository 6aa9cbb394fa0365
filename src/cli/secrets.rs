//! `vestibule secrets …`: keys for the ring.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use super::opened;
use crate::administration::{self, Resealed};
use crate::base::clock::{Clock, Timestamp};
use crate::base::db::Db;
use crate::base::seal;
use crate::session::Lifetime;

/// What to do with secrets.
#[derive(clap::Subcommand)]
pub enum Verb {
    /// Print a new key for `secrets.keys`: 32 random bytes in base64
    Generate,
    /// Seal everything under the first key that older keys of the ring sealed, and say from when those may leave it
    Rotate,
}

/// Does it.
pub fn run(verb: &Verb, files: &[PathBuf]) -> ExitCode {
    match verb {
        Verb::Generate => opened::say(&format!("{}\n", seal::generate_key().expose())),
        Verb::Rotate => rotate(files),
    }
}

fn rotate(files: &[PathBuf]) -> ExitCode {
    let config = match opened::config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let db = Db::open(&config.database.access);
    let done = match opened::wait_for(administration::reseal(&db, &config.ring)) {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => return opened::failed(&error),
        Err(code) => return code,
    };
    let lifetime = Lifetime::new(&config.sessions, &config.tokens);
    let printed = opened::say(&report(&done, lifetime.not_after(Clock::system().now())));
    let unopened: usize = done.iter().map(|done| done.unopened).sum();
    if unopened > 0 {
        return opened::failed(&format_args!("{unopened} were sealed under keys that are not in the ring any more."));
    }
    printed
}

/// Cookies and refresh tokens carry the key that marked them, and live as long as their session.
fn report(done: &[Resealed], from: Timestamp) -> String {
    let mut text = String::new();
    for Resealed { name, resealed, .. } in done {
        // A text grows without fail.
        let _grown = writeln!(text, "{name:<24}{resealed} sealed anew");
    }
    let from = from.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    text + &format!(
        "The other keys may leave the ring from {from} on, if every replica has had the first key as its first since\n\
         before this: until then refresh tokens and cookies are in use that they marked.\n"
    )
}
