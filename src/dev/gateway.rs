//! The gateway inside `vestibule dev`.

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
        let failed = |why: &dyn std::fmt::Display| DevError::Gateway(why.to_string());
        let config = config::from_toml(settings.expose()).map_err(|problems| failed(&problems))?;
        telemetry::start_log(&config.log);
        Ok(Self(Server::start(config, clock).await.map_err(|error| failed(&error))?))
    }

    /// Serves until the process is told to end, then stops in order.
    pub(super) async fn serve(self) {
        if let Err(error) = self.0.wait().await {
            tracing::error!(%error, "cannot wait for signals");
        }
    }
}
