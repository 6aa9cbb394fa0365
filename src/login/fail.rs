//! Ends a claimed login that gave no session.

use super::authorization_session::{Claimed, Steps};
use super::failure::LoginFailure;
use super::refusal::{Goal, LoginRefusal};
use super::store::{self, Failing};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::telemetry;

/// Stores the status of a failed login.
pub async fn fail(app: &App, provider: String, claimed: &Claimed, failure: LoginFailure) -> LoginRefusal {
    let now = app.clock.now();
    let code = failure.code;
    let mut goal = Goal::of(&provider, claimed.return_to.clone(), claimed.link.is_some());
    if let Some(goal) = &mut goal {
        goal.account.clone_from(&failure.account);
    }
    let failing = Failing {
        id: claimed.id,
        status: failure.status,
        code: code.as_str(),
        steps: Steps::one(now, failure.status.as_str(), Some(failure.reason.clone())).to_json(),
        provider: provider.clone(),
        reference: claimed.reference.clone(),
        browser_session: claimed.browser_session,
        used_after: app.lifetime.used_after(now),
        now,
    };
    // If this write fails, the sweep sets the status later.
    let written = app.db.run("fail login", move |conn| store::fail(conn, &failing)).await;
    let needs_operator = failure.needs_operator;
    record(app, provider, claimed, failure, now);
    match written {
        Ok(provider) => {
            let (reference, request) = (Some(claimed.reference.clone()), claimed.request);
            let is_revoked = claimed.browser_session.is_none_or(|id| app.revocations.is_session_revoked(id));
            let is_configured = provider.is_some_and(|provider| app.providers.get(&provider).is_some());
            let signed_in = Some(is_configured && !is_revoked);
            LoginRefusal::Refused { code, reference, request, goal, needs_operator, signed_in }
        }
        Err(error) => error.into(),
    }
}

/// Anybody can make the provider reject a request, by changing it in the browser. So of those the log has one warning for each
/// provider, code and minute, with their number.
fn record(app: &App, provider: String, claimed: &Claimed, failure: LoginFailure, now: Timestamp) {
    let LoginFailure { code, reason, counted_error, .. } = failure;
    let reference = claimed.reference.clone();
    let Some(error) = counted_error else {
        telemetry::record(&Event::LoginFailed { provider, code: code.as_str(), reason, reference });
        return;
    };
    if let Some(count) = app.rejected_requests.count(&format!("{provider} {error}"), now) {
        let (provider, reason) = (provider.clone(), reason.clone());
        telemetry::record(&Event::RequestsRejected { provider, code: error, count, reason });
    }
    telemetry::record(&Event::RequestRejected { provider, code: error, reason, reference });
}
