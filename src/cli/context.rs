//! The context of most commands: the configuration, a database pool, and a runtime.

use std::path::PathBuf;
use std::process::ExitCode;

use super::output;
use crate::base::clock::{Clock, Timestamp};
use crate::base::db::Db;
use crate::config::{self, Config};
use crate::session::{Endings, Lifetime};

/// Loads the configuration. If it is invalid, prints its problems and returns the exit code.
pub fn load_config(files: &[PathBuf]) -> Result<Config, ExitCode> {
    config::load(files).map(config::Loaded::into_config).map_err(|problems| output::reject_configuration(&problems))
}

/// The context of the commands about users and sessions.
pub struct Context {
    pub db: Db,
    pub lifetime: Lifetime,
    pub endings: Endings,
    pub now: Timestamp,
}

/// Runs a command about users or sessions, and prints its text or its error.
pub fn with_context(files: &[PathBuf], command: impl AsyncFnOnce(&Context) -> Result<String, String>) -> ExitCode {
    let config = match load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    let lifetime = Lifetime::new(&config.sessions, &config.tokens);
    let endings = Endings::new(lifetime, &config.clients);
    let context = Context { db: Db::open(&config.database.access()), lifetime, endings, now: Clock::system().now() };
    match wait_for(command(&context)) {
        Ok(Ok(text)) => output::print(&text),
        Ok(Err(error)) => output::fail(&error),
        Err(code) => code,
    }
}

/// Runs a future to completion. If the runtime cannot be created, prints the error and returns the exit code.
pub fn wait_for<F: Future>(future: F) -> Result<F::Output, ExitCode> {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => Ok(runtime.block_on(future)),
        Err(error) => Err(output::fail(&error)),
    }
}
