//! Having the providers' own tokens revoked that nobody needs any more, whatever replica put them into the outbox.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::app::App;

/// How often the outbox is looked at.
const EVERY: Duration = Duration::from_secs(2);
/// Attempts at once. A provider that hangs keeps others waiting for a while, and nobody waits for this.
const MOST: usize = 16;

/// Revokes for ever. What is under way when it is dropped is offered again by whoever comes next.
pub async fn revoke(app: Arc<App>) {
    let mut under_way = JoinSet::new();
    loop {
        let room = MOST.saturating_sub(under_way.len());
        // A database that is away is logged where it is asked.
        let due = app.vault.claim_due_revocations(i64::try_from(room).unwrap_or_default()).await.unwrap_or_default();
        for due in due {
            let app = Arc::clone(&app);
            under_way.spawn(async move { app.vault.revoke(&app.providers, due).await });
        }
        tokio::time::sleep(EVERY).await;
        while under_way.try_join_next().is_some() {}
    }
}
