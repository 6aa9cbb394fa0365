//! Delivers the logout notices of all replicas (OpenID Connect Back-Channel Logout 1.0).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{Id, JoinError, JoinSet};

use crate::app::App;
use crate::base::db::DbError;
use crate::base::measure;
use crate::logout::{self, DeliveryLimits};

/// How often due notices are claimed without a notification: other replicas insert notices too.
const POLL_INTERVAL: Duration = Duration::from_secs(1);
/// The pause after a failure of the database.
const RETRY_INTERVAL: Duration = Duration::from_secs(3);
/// How often the notices are counted, for the metrics.
const COUNT_INTERVAL: Duration = Duration::from_secs(10);

/// Delivers due notices, for ever. A delivery that is cut off is claimed again after its claim has expired, by any replica.
pub async fn deliver_logout_notices(app: Arc<App>) {
    let limits = DeliveryLimits::new(app.endings.notified_clients().iter());
    let mut delivery = Delivery { limits, in_flight: JoinSet::new(), clients: HashMap::new(), app };
    let (mut counted, mut reachable) = (None, true);
    loop {
        let outcome = delivery.begin_due().await;
        let pause = if outcome.is_ok() { POLL_INTERVAL } else { RETRY_INTERVAL };
        if let (Err(error), true) = (&outcome, reachable) {
            tracing::warn!(%error, "the logout notices cannot be loaded");
        }
        reachable = outcome.is_ok();
        if reachable && counted.is_none_or(|at: Instant| at.elapsed() > COUNT_INTERVAL) {
            count(&delivery.app).await;
            counted = Some(Instant::now());
        }
        delivery.wait(pause).await;
    }
}

struct Delivery {
    app: Arc<App>,
    limits: DeliveryLimits,
    /// Each task returns whether the client accepted the notice.
    in_flight: JoinSet<bool>,
    clients: HashMap<Id, String>,
}

impl Delivery {
    /// Begins the due deliveries, as far as the limits allow.
    async fn begin_due(&mut self) -> Result<(), DbError> {
        for notice in logout::claim_due_notices(&self.app, &self.limits, self.app.clock.now()).await? {
            self.limits.enter(&notice.client_id);
            let (app, client) = (Arc::clone(&self.app), notice.client_id.clone());
            let task = self.in_flight.spawn(async move { logout::attempt_delivery(&app, notice).await });
            self.clients.insert(task.id(), client);
        }
        Ok(())
    }

    /// Waits for a notification, the end of a delivery, or `pause`.
    async fn wait(&mut self, pause: Duration) {
        tokio::select! {
            () = self.app.endings.notified() => {}
            () = tokio::time::sleep(pause) => {}
            Some(ended) = self.in_flight.join_next_with_id() => self.finish(ended),
        }
        // Handle all deliveries that have ended by now.
        while let Some(ended) = self.in_flight.try_join_next_with_id() {
            self.finish(ended);
        }
    }

    fn finish(&mut self, ended: Result<(Id, bool), JoinError>) {
        let (id, delivered) = ended.unwrap_or_else(|error| {
            tracing::error!(%error, "a delivery panicked or was cancelled");
            (error.id(), false)
        });
        if let Some(client) = self.clients.remove(&id) {
            self.limits.leave(&client, delivered, self.app.clock.now());
        }
    }
}

async fn count(app: &App) {
    let Ok(depth) = logout::depth(&app.db).await else { return };
    measure::logout_notices("waiting", depth.waiting);
    measure::logout_notices("failed", depth.failed);
}
