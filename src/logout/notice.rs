//! Delivers a logout token to a client (OpenID Connect Back-Channel Logout 1.0 §2.5). An attempt claims the notice, sends
//! the request and writes the outcome; no database connection is held during the request.

use std::time::Duration;

use chrono::TimeDelta;
use http::header::CONTENT_TYPE;

use super::client_answer;
use super::delivery_limits::DeliveryLimits;
use super::store::{self, Depth, Notice, Undelivered};
use crate::app::App;
use crate::base::backoff::next_attempt;
use crate::base::clock::Timestamp;
use crate::base::db::{Conn, Db, DbError, QueryResult};
use crate::base::event::Event;
use crate::base::outbound::Trust;
use crate::base::secret::{Plain, random_bytes};
use crate::client::Client;
use crate::telemetry;
use crate::token;

/// The timeout of a delivery.
const TIMEOUT: Duration = Duration::from_secs(5);
/// How long a claim lasts: the timeout of a delivery, and time to write its outcome.
const CLAIM: TimeDelta = TimeDelta::seconds(15);
/// How long after the end of the session deliveries are attempted.
const GIVE_UP_AFTER: TimeDelta = TimeDelta::days(3);
/// How long a notice waits without an attempt before the cleanup gives it up.
const UNTRIED: TimeDelta = TimeDelta::hours(1);

/// Claims as many notices as the delivery limits allow.
pub async fn claim_due_notices(app: &App, limits: &DeliveryLimits, now: Timestamp) -> Result<Vec<Notice>, DbError> {
    let (most, free) = limits.free(now);
    if free.is_empty() {
        return Ok(Vec::new());
    }
    app.db.run("claim logout notices", move |conn| store::claim_notices(conn, &free, most, now, now + CLAIM)).await
}

/// Makes one attempt and stores its outcome. Returns whether the client accepted the logout token.
pub async fn attempt_delivery(app: &App, notice: Notice) -> bool {
    let outcome = post_logout_token(app, &notice).await;
    let now = app.clock.now();
    let written = match &outcome {
        Ok(()) => {
            let id = notice.id;
            app.db.run("settle logout notice", move |conn| store::record_delivery(conn, id, now)).await
        }
        Err(reason) => record_failure(app, &notice, reason, now).await,
    };
    let (client, session) = (notice.client_id, notice.session);
    let attempts = u32::try_from(notice.attempts).unwrap_or_default();
    if let Err(error) = written {
        // The claim expires and the delivery is attempted again: the client may be notified twice, but never not at all.
        tracing::warn!(client, %session, %error, "what became of a logout notice was not written down");
    } else if outcome.is_ok() {
        let lag = (now - notice.created_at).to_std().unwrap_or_default();
        telemetry::record(&Event::LogoutDelivered { client, session, attempts, lag });
    }
    outcome.is_ok()
}

async fn record_failure(app: &App, notice: &Notice, reason: &str, now: Timestamp) -> Result<(), DbError> {
    let attempts = u32::try_from(notice.attempts).unwrap_or_default();
    let [chance] = random_bytes::<1>();
    let next = next_attempt(attempts, now, notice.created_at + GIVE_UP_AFTER, chance);
    let (written, text) = (notice.clone(), reason.to_owned());
    app.db.run("postpone logout notice", move |conn| store::record_failure(conn, &written, &text, next, now)).await?;
    let (client, session, reason) = (notice.client_id.clone(), notice.session, reason.to_owned());
    telemetry::record(&match next {
        Some(_) => Event::LogoutDelayed { client, session, attempts, reason },
        None => Event::LogoutGivenUp { client, session, attempts, reason },
    });
    Ok(())
}

/// Posts a new logout token. The error text is shown to operators.
async fn post_logout_token(app: &App, notice: &Notice) -> Result<(), String> {
    let client = app.clients.registered(&notice.client_id).ok_or("the client is not configured any more")?;
    let (uri, private) = client.backchannel_logout_uri.as_ref().ok_or("the client has no backchannel_logout_uri")?;
    let token = logout_token(app, client, notice)?;
    // A JWT contains no character that form encoding changes.
    let request = http::Request::post(uri.as_str()).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
    let request = request.body(format!("logout_token={}", token.expose()).into_bytes());
    let request = request.map_err(|error| error.to_string())?;
    let trust = if *private { Trust::Configured } else { Trust::Registered };
    let answer = app.outbound.send(request, trust, TIMEOUT).await.map_err(|error| error.to_string())?;
    // §2.8 requires 200; some frameworks answer 204 if the body is empty.
    match answer.status().as_u16() {
        200 | 204 => Ok(()),
        _ => Err(client_answer::describe(answer, token.expose())),
    }
}

fn logout_token(app: &App, client: &Client, notice: &Notice) -> Result<Plain, String> {
    let token = token::logout_token(app, client, notice.user, notice.session, app.clock.now());
    token.map_err(|error| error.to_string())
}

/// The numbers of notices that are not delivered.
pub async fn depth(db: &Db) -> Result<Depth, DbError> {
    db.run("count logout notices", store::depth).await
}

/// Up to `most` notices that are not delivered, newest first.
pub async fn undelivered(db: &Db, most: i64) -> Result<Vec<Undelivered>, DbError> {
    db.run("list logout notices", move |conn| store::undelivered(conn, most)).await
}

/// Gives up to `most` notices up that are not attempted any more, and returns their number.
pub fn give_up_untried(conn: &mut Conn, now: Timestamp, most: i64) -> QueryResult<usize> {
    store::give_up(conn, now - GIVE_UP_AFTER - UNTRIED, now, most)
}
