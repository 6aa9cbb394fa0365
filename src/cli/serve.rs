//! `vestibule serve`: runs the gateway.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{context, output};
use crate::base::clock::Clock;
use crate::server::{self, Bounds};
use crate::telemetry;

/// Arguments of `vestibule serve`.
#[derive(clap::Args)]
pub struct ServeArgs {
    /// Counts loopback addresses like all others. The tests of this project have no other addresses.
    #[cfg(feature = "dev")]
    #[arg(long, hide = true)]
    count_loopback: bool,
}

impl ServeArgs {
    #[cfg(feature = "dev")]
    fn bounds(&self) -> Bounds {
        Bounds { count_loopback: self.count_loopback, ..Bounds::default() }
    }

    #[cfg(not(feature = "dev"))]
    #[expect(clippy::unused_self, reason = "the argument exists with the feature `dev` only")]
    fn bounds(&self) -> Bounds {
        Bounds::default()
    }
}

/// Runs the gateway until the process gets SIGINT or SIGTERM.
pub fn run(arguments: &ServeArgs, files: &[PathBuf]) -> ExitCode {
    let config = match context::load_config(files) {
        Ok(config) => config,
        Err(code) => return code,
    };
    telemetry::start_log(&config.log);
    let outcome = server::serve(config, Clock::system(), arguments.bounds());
    telemetry::flush_log();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => output::fail(&format_args!("vestibule does not start: {error}")),
    }
}
