//! Ends logins that were never completed.

use chrono::TimeDelta;

use crate::app::App;
use crate::login;

/// The number of rows that one statement ends; small, so that it holds its locks for a short time.
const BATCH: i64 = 1000;
/// How long a login may take after its callback was accepted. After that it expires, and a late result is rejected.
const MAX_CALLBACK_TIME: TimeDelta = TimeDelta::minutes(2);

/// Expires the logins that are due. Replicas that sweep at the same time take different rows.
pub async fn sweep(app: &App) {
    let now = app.clock.now();
    loop {
        let pass =
            app.db.run("sweep logins", move |conn| login::expire(conn, now, now - MAX_CALLBACK_TIME, BATCH)).await;
        match pass {
            Ok(ended) if ended == usize::try_from(BATCH).unwrap_or(usize::MAX) => {}
            Ok(_) => return,
            Err(error) => return tracing::warn!(%error, "the sweep of logins stopped"),
        }
    }
}
