//! What most verbs begin with: the configuration, or its problems on standard error.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::base::clock::{Clock, Timestamp};
use crate::base::db::Db;
use crate::config::{self, Config};
use crate::session::{Endings, Lifetime};

/// The exit code of a wrong configuration.
const WRONG_CONFIGURATION: u8 = 2;

/// Loads the configuration; where it is wrong, says so and hands back the exit code.
pub fn config(files: &[PathBuf]) -> Result<Config, ExitCode> {
    config::load(files).map(config::Loaded::into_config).map_err(|problems| refuse(&problems))
}

/// What a verb about users and sessions needs.
pub struct Opened {
    pub db: Db,
    pub lifetime: Lifetime,
    pub endings: Endings,
    pub now: Timestamp,
}

/// Does such a verb, and prints what it has to say, or why it could not be done.
pub fn with(files: &[PathBuf], verb: impl AsyncFnOnce(&Opened) -> Result<String, String>) -> ExitCode {
    let config = match config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let lifetime = Lifetime::new(&config.sessions, &config.tokens);
    let endings = Endings::new(lifetime, &config.clients);
    let opened = Opened { db: Db::open(&config.database.access), lifetime, endings, now: Clock::system().now() };
    match wait_for(verb(&opened)) {
        Ok(Ok(text)) => say(&text),
        Ok(Err(trouble)) => failed(&trouble),
        Err(code) => code,
    }
}

/// Prints. Where the reader has gone away (`… | head`), there is nothing left to do.
pub fn say(text: &str) -> ExitCode {
    let written = std::io::stdout().lock().write_all(text.as_bytes());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Waits for what the gateway does without holding a thread.
pub fn wait_for<F: Future>(work: F) -> Result<F::Output, ExitCode> {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => Ok(runtime.block_on(work)),
        Err(error) => Err(failed(&error)),
    }
}

/// Says everything that is wrong with a configuration.
pub fn refuse(problems: &config::Problems) -> ExitCode {
    let count = match problems.iter().count() {
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    };
    complain(&format_args!("{problems}\n{count} in the configuration."));
    wrong_configuration()
}

/// The exit code of a wrong configuration.
pub fn wrong_configuration() -> ExitCode {
    ExitCode::from(WRONG_CONFIGURATION)
}

/// Says on standard error what went wrong; the log may not have begun.
pub fn complain(trouble: &impl std::fmt::Display) {
    // Where nobody reads the errors, the exit code still tells.
    let _unread = writeln!(std::io::stderr(), "{trouble}");
}

/// Says what went wrong, as an exit code.
pub fn failed(trouble: &impl std::fmt::Display) -> ExitCode {
    complain(trouble);
    ExitCode::FAILURE
}
