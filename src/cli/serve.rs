//! `vestibule serve`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::opened;
use crate::base::clock::Clock;
use crate::server;
use crate::telemetry;

/// Runs the gateway until it is told to stop.
pub fn run(files: &[PathBuf]) -> ExitCode {
    let config = match opened::config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    telemetry::start_log(&config.log);
    match server::serve(config, Clock::system()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => opened::failed(&format_args!("vestibule does not start: {error}")),
    }
}
