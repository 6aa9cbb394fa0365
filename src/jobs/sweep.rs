//! Ends logins that were never completed, and counts those that are pending.

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

/// Expires the logins that are due. Replicas that sweep at the same time take different rows.
pub async fn sweep(app: &App) {
    // First, so that a sweep that stops does not keep the number from being known.
    count_pending(app).await;
    let now = app.clock.now();
    loop {
        let pass =
            app.db.run("sweep logins", move |conn| login::expire(conn, now, now - MAX_CALLBACK_TIME, BATCH)).await;
        match pass {
            Ok(ended) if ended == usize::try_from(BATCH).unwrap_or(usize::MAX) => {}
            Ok(_) => break,
            Err(error) => return tracing::warn!(%error, "the sweep of logins stopped"),
        }
    }
}

/// Counts the pending logins, up to the limit. The log says when they pass half of it. Where they cannot be counted, the
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
