//! Every login gets its end, also one that nobody came back for.

use chrono::TimeDelta;

use crate::app::App;
use crate::login;

/// Rows a pass; small, so that no pass holds anything for long.
const BATCH: i64 = 1000;
/// A claimed login that is not finished by then is given up; what comes of it later is refused.
const UNFINISHED: TimeDelta = TimeDelta::minutes(2);

/// Ends what is due. Replicas that sweep at once take different rows.
pub async fn sweep(app: &App) {
    let now = app.clock.now();
    loop {
        let pass = app.db.run("sweep logins", move |conn| login::expire(conn, now, now - UNFINISHED, BATCH)).await;
        match pass {
            Ok(ended) if ended == usize::try_from(BATCH).unwrap_or(usize::MAX) => {}
            Ok(_) => return,
            Err(error) => return tracing::warn!(%error, "the sweep of logins stopped"),
        }
    }
}
