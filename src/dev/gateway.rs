//! The gateway inside `vestibule dev`.

use super::failure::DevError;
use crate::base::clock::Clock;
use crate::base::secret::Plain;

/// A running gateway.
pub(super) struct Gateway;

impl Gateway {
    /// Starts it with this configuration.
    pub(super) async fn start(_settings: &Plain, _clock: Clock) -> Result<Self, DevError> {
        Err(DevError::Gateway("it is not part of this build".into()))
    }

    /// Serves until the process is told to end, then stops in order.
    pub(super) async fn serve(self) {}
}
