//! What most verbs begin with: the configuration, or its problems on standard error.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::config::{self, Config};

/// The exit code of a wrong configuration.
const WRONG_CONFIGURATION: u8 = 2;

/// Loads the configuration; where it is wrong, says so and hands back the exit code.
pub fn config(files: &[PathBuf]) -> Result<Config, ExitCode> {
    config::load(files).map(config::Loaded::into_config).map_err(|problems| refuse(&problems))
}

/// Says everything that is wrong with a configuration.
pub fn refuse(problems: &config::Problems) -> ExitCode {
    let count = match problems.iter().count() {
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    };
    complain(&format_args!("{problems}\n{count} in the configuration."));
    ExitCode::from(WRONG_CONFIGURATION)
}

/// Says on standard error what went wrong.
pub fn complain(trouble: &impl std::fmt::Display) {
    // Where nobody reads the errors, the exit code still tells.
    let _unread = writeln!(std::io::stderr(), "{trouble}");
}

/// Says what went wrong, as an exit code.
pub fn failed(trouble: &impl std::fmt::Display) -> ExitCode {
    complain(trouble);
    ExitCode::FAILURE
}
