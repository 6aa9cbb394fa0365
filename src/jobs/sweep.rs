//! Ends logins that were never completed, and counts those that are pending.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::Conn;
use crate::base::measure;
use crate::login;

/// The number of rows that one statement ends; small, so that it holds its locks for a short time.
const BATCH: i64 = 1000;
/// How long a login may take after its callback was accepted. After that it expires, and a late result is rejected.
const MAX_CALLBACK_TIME: TimeDelta = TimeDelta::minutes(2);

/// How far before the previous sweep the next one begins to read: rows that were locked then, and clocks that differ between
/// replicas.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// The start of this process's last complete sweep, in microseconds since 1970; 0 before it. A sweep reads only the logins that
/// expired since then, so that it does not read the completed ones again.
#[derive(Default)]
pub struct LastSweep(AtomicI64);

impl LastSweep {
    /// From where the next sweep reads.
    fn since(&self) -> Timestamp {
        let last = Timestamp::from_timestamp_micros(self.0.load(Ordering::Relaxed)).unwrap_or(Timestamp::UNIX_EPOCH);
        last.checked_sub_signed(OVERLAP).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn set(&self, begun: Timestamp) {
        self.0.store(begun.timestamp_micros(), Ordering::Relaxed);
    }
}

/// Expires the logins that are due. Replicas that sweep at the same time take different rows.
pub async fn sweep(app: &App, last: &LastSweep) {
    // First, so that a sweep that stops does not keep the number from being known.
    count_pending(app).await;
    let (since, now) = (last.since(), app.clock.now());
    loop {
        let expire = move |conn: &mut Conn| login::expire(conn, since, now, now - MAX_CALLBACK_TIME, BATCH);
        match app.db.run("sweep logins", expire).await {
            Ok(ended) if ended == usize::try_from(BATCH).unwrap_or(usize::MAX) => {}
            Ok(_) => return last.set(now),
            Err(error) => return tracing::warn!(%error, "the sweep of logins stopped"),
        }
    }
}

/// Counts the pending logins, up to the limit. The log says when they pass half of it. If they cannot be counted, the
/// estimate decreases: it would only grow otherwise, until no login can begin.
async fn count_pending(app: &App) {
    let (now, limit) = (app.clock.now(), u64::from(app.config.limits.pending_logins));
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let lifetime = TimeDelta::from_std(app.config.login.authorization_lifetime).unwrap_or(TimeDelta::MAX);
    let since = now.checked_sub_signed(lifetime).unwrap_or(Timestamp::UNIX_EPOCH);
    let count = move |conn: &mut Conn| login::count_pending(conn, now, since, most);
    let counted = app.db.run("count pending logins", count).await;
    let pending = match counted {
        Ok(pending) => u64::try_from(pending).unwrap_or_default(),
        Err(error) => {
            tracing::warn!(%error, "the pending logins cannot be counted");
            return app.pending_logins.decay();
        }
    };
    if pending > limit / 2 {
        tracing::warn!(
            pending,
            limit,
            "many pending logins: logins_per_minute and logins_per_minute_network are divided by ten"
        );
    }
    app.pending_logins.set(pending);
    measure::pending_logins(pending);
}
