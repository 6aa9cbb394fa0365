//! Signing keys: rotates them when they are due, and loads what other replicas changed.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::{keys, telemetry};

/// The pause after a failure: a revoked key must be out of use within 60 s (JW-11).
const RETRY: Duration = Duration::from_secs(1);

/// Loads the keys at each poll interval, for ever.
pub async fn follow_keys(app: Arc<App>) {
    let mut failed_before = false;
    loop {
        let pause = match keys::follow(&app.db, &app.config.ring, &app.keys, app.clock.now()).await {
            Ok(events) => {
                events.iter().for_each(telemetry::record);
                failed_before = false;
                app.keys.policy().poll_interval()
            }
            Err(error) => {
                if !failed_before {
                    tracing::warn!(%error, "the signing keys cannot be loaded");
                }
                failed_before = true;
                RETRY
            }
        };
        tokio::time::sleep(pause).await;
    }
}
