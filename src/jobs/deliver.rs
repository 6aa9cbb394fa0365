//! Delivering the notices of back-channel logout, whatever replica wrote them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{Id, JoinError, JoinSet};

use crate::app::App;
use crate::base::db::DbError;
use crate::logout::{self, Lanes};

/// How often the outbox is looked at, rung or not: other replicas write to it too.
const EVERY: Duration = Duration::from_secs(1);
/// The pause after the database gave no answer.
const RETRY: Duration = Duration::from_secs(3);
/// How often the outbox is counted, for the metrics.
const COUNT_EVERY: Duration = Duration::from_secs(10);

/// Delivers for ever. What is under way when it is dropped is delivered again by whoever comes next.
pub async fn deliver(app: Arc<App>) {
    let lanes = Lanes::new(app.endings.told().iter());
    let mut delivery = Delivery { lanes, under_way: JoinSet::new(), clients: HashMap::new(), app };
    let (mut counted, mut reachable) = (None, true);
    loop {
        let outcome = delivery.begin_due().await;
        let pause = if outcome.is_ok() { EVERY } else { RETRY };
        if let (Err(error), true) = (&outcome, reachable) {
            tracing::warn!(%error, "the logout notices are out of reach");
        }
        reachable = outcome.is_ok();
        if reachable && counted.is_none_or(|at: Instant| at.elapsed() > COUNT_EVERY) {
            count(&delivery.app).await;
            counted = Some(Instant::now());
        }
        delivery.wait(pause).await;
    }
}

struct Delivery {
    app: Arc<App>,
    lanes: Lanes,
    /// Each ends with whether its client was told.
    under_way: JoinSet<bool>,
    clients: HashMap<Id, String>,
}

impl Delivery {
    /// Begins as many deliveries as are due and may begin.
    async fn begin_due(&mut self) -> Result<(), DbError> {
        for notice in logout::claim(&self.app, &self.lanes, self.app.clock.now()).await? {
            self.lanes.enter(&notice.client_id);
            let (app, client) = (Arc::clone(&self.app), notice.client_id.clone());
            let task = self.under_way.spawn(async move { logout::deliver(&app, notice).await });
            self.clients.insert(task.id(), client);
        }
        Ok(())
    }

    /// Waits until something may have to be done: somebody rang, a delivery ended, or time passed.
    async fn wait(&mut self, pause: Duration) {
        tokio::select! {
            () = self.app.endings.rung() => {}
            () = tokio::time::sleep(pause) => {}
            Some(ended) = self.under_way.join_next_with_id() => self.leave(ended),
        }
        // Those that ended together are looked after together.
        while let Some(ended) = self.under_way.try_join_next_with_id() {
            self.leave(ended);
        }
    }

    fn leave(&mut self, ended: Result<(Id, bool), JoinError>) {
        let (id, told) = ended.unwrap_or_else(|error| {
            tracing::error!(%error, "a delivery broke off");
            (error.id(), false)
        });
        if let Some(client) = self.clients.remove(&id) {
            self.lanes.leave(&client, told, self.app.clock.now());
        }
    }
}

async fn count(app: &App) {
    let Ok(depth) = logout::depth(&app.db).await else { return };
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float, and these are far from 2^52")]
    for (state, count) in [("waiting", depth.waiting), ("failed", depth.failed)] {
        metrics::gauge!("vestibule_logout_notices", "state" => state).set(count as f64);
    }
}
