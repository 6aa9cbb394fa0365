//! The gateway inside `vestibule dev`.

use std::ffi::OsString;
use std::path::PathBuf;

use super::failure::DevError;
use crate::base::clock::Clock;
use crate::config;
use crate::server::{EndSignals, Server};
use crate::telemetry;

/// The gateway, running in this process.
pub(super) struct Gateway(Server);

impl Gateway {
    /// Starts it with these configuration files, or the default one; `variables` override them.
    pub(super) async fn start(
        files: &[PathBuf],
        variables: Vec<(OsString, OsString)>,
        clock: Clock,
    ) -> Result<Self, DevError> {
        let failed = |why: &dyn std::fmt::Display| DevError::Gateway(why.to_string());
        let config = config::load_with(files, variables).map_err(|problems| failed(&problems))?.into_config();
        telemetry::start_log(&config.log);
        Ok(Self(Server::start(config, clock).await.map_err(|error| failed(&error))?))
    }

    /// Serves until SIGINT or SIGTERM, then shuts down gracefully.
    pub(super) async fn serve(self, end: EndSignals) {
        self.0.wait(end).await;
        telemetry::flush_log();
    }
}
