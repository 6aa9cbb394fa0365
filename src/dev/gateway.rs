//! The gateway inside `vestibule dev`, started as it is anywhere else.

use super::failure::DevError;
use crate::base::clock::Clock;
use crate::base::secret::Plain;
use crate::config;
use crate::server::Server;
use crate::telemetry;

/// A running gateway.
pub(super) struct Gateway(Server);

impl Gateway {
    /// Starts it with this configuration.
    pub(super) async fn start(settings: &Plain, clock: Clock) -> Result<Self, DevError> {
        let config =
            config::from_toml(settings.expose()).map_err(|problems| DevError::Gateway(problems.to_string()))?;
        telemetry::start_log(&config.log);
        let server = Server::start(config, clock).await.map_err(|error| DevError::Gateway(error.to_string()))?;
        Ok(Self(server))
    }

    /// Serves until the process is told to end, then stops in order.
    pub(super) async fn serve(self) -> Result<(), DevError> {
        self.0.wait().await.map_err(|error| DevError::Gateway(error.to_string()))
    }
}
