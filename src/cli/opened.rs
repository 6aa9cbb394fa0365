//! What most verbs begin with: the configuration, or its problems on standard error.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::config::{self, Config};

/// The exit code of a wrong configuration.
const WRONG_CONFIGURATION: u8 = 2;

/// Loads the configuration; where it is wrong, says so and hands back the exit code.
pub fn config(files: &[PathBuf]) -> Result<Config, ExitCode> {
    config::load(files).map(config::Loaded::into_config).map_err(|problems| {
        complain(&problems);
        ExitCode::from(WRONG_CONFIGURATION)
    })
}

/// Waits for what the gateway does without holding a thread.
pub fn wait_for<F: Future>(work: F) -> Result<F::Output, ExitCode> {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => Ok(runtime.block_on(work)),
        Err(error) => Err(failed(&error)),
    }
}

/// Says on standard error what went wrong.
#[expect(clippy::print_stderr, reason = "the operator stands at the terminal; the log may not have begun")]
pub fn complain(trouble: &impl std::fmt::Display) {
    eprintln!("{trouble}");
}

/// Says what went wrong, as an exit code.
pub fn failed(trouble: &impl std::fmt::Display) -> ExitCode {
    complain(trouble);
    ExitCode::FAILURE
}
