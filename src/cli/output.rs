//! Output of the commands: texts on standard output, errors on standard error, and exit codes.

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

use crate::config::Problems;

/// The exit code of an invalid configuration.
const INVALID_CONFIGURATION: u8 = 2;

/// Prints a text on standard output. The exit code is a failure if the reader closed the pipe (`… | head`).
pub fn print(text: &str) -> ExitCode {
    let written = std::io::stdout().lock().write_all(text.as_bytes());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints an error on standard error, since the log may not be configured yet.
pub fn print_error(error: &impl Display) {
    // A failed write is ignored: the exit code reports the error as well.
    let _written = writeln!(std::io::stderr(), "{error}");
}

/// Prints an error, and returns the exit code of a failure.
pub fn fail(error: &impl Display) -> ExitCode {
    print_error(error);
    ExitCode::FAILURE
}

/// Prints all problems of a configuration, and returns the exit code of an invalid one.
pub fn reject_configuration(problems: &Problems) -> ExitCode {
    let count = match problems.iter().count() {
        1 => "1 problem".to_owned(),
        many => format!("{many} problems"),
    };
    print_error(&format_args!("{problems}\n{count} in the configuration."));
    invalid_configuration()
}

/// The exit code of an invalid configuration.
pub fn invalid_configuration() -> ExitCode {
    ExitCode::from(INVALID_CONFIGURATION)
}
