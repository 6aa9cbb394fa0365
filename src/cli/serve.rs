//! `vestibule serve`: runs the gateway.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{context, output};
use crate::base::clock::Clock;
use crate::server;
use crate::telemetry;

/// Runs the gateway until the process gets SIGINT or SIGTERM.
pub fn run(files: &[PathBuf]) -> ExitCode {
    let config = match context::load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    telemetry::start_log(&config.log);
    match server::serve(config, Clock::system()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::fail(&format_args!("vestibule does not start: {error}")),
    }
}
