//! The signing keys: replaced when they are due, by whichever replica comes first, and read again for what the others
//! did.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::{keys, telemetry};

/// The pause after a look that failed: a revoked key must go within 60 s (JW-11).
const RETRY: Duration = Duration::from_secs(1);

/// Looks now, and again and again.
pub async fn follow_keys(app: Arc<App>) {
    let mut lost = false;
    loop {
        let pause = match keys::follow(&app.db, &app.config.ring, &app.keys, app.clock.now()).await {
            Ok(events) => {
                events.iter().for_each(telemetry::record);
                lost = false;
                app.keys.policy().look_every()
            }
            Err(error) => {
                if !lost {
                    tracing::warn!(%error, "the signing keys are out of reach");
                }
                lost = true;
                RETRY
            }
        };
        tokio::time::sleep(pause).await;
    }
}
