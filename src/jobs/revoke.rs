//! Revokes provider tokens that are no longer needed, from the outbox `provider_revocations`.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::app::App;

/// How often due rows are claimed.
const POLL_INTERVAL: Duration = Duration::from_secs(2);
/// The maximum number of attempts at the same time. A provider that hangs delays others; no request waits for a
/// revocation.
const MAX_IN_FLIGHT: usize = 16;

/// Revokes due tokens, for ever. An attempt that is cut off is claimed again after its claim has expired, by any replica.
pub async fn revoke(app: Arc<App>) {
    let mut in_flight = JoinSet::new();
    loop {
        let free = MAX_IN_FLIGHT.saturating_sub(in_flight.len());
        // An unavailable database is logged by `Db::run`.
        let due = app.vault.claim_due_revocations(i64::try_from(free).unwrap_or_default()).await.unwrap_or_default();
        for due in due {
            let app = Arc::clone(&app);
            in_flight.spawn(async move { app.vault.revoke(&app.providers, due).await });
        }
        tokio::time::sleep(POLL_INTERVAL).await;
        while in_flight.try_join_next().is_some() {}
    }
}
