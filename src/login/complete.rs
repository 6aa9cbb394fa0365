//! Handles the authorization response of a provider: claims the login, calls the provider, writes the result. Two statements
//! for a known user.

use super::authorization_session::{Claimed, Status, Steps, sealed_for};
use super::create_session::{ConfirmedLogin, create_session};
use super::failure::{LoginError, LoginFailure};
use super::finished::Finished;
use super::fresh;
use super::input::{AnswerApp, AuthorizationResponse, Callback};
use super::link::link;
use super::posted;
use super::refusal::{Code, Goal, LoginRefusal};
use super::rules;
use super::store::{self, Claim, Failing};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::config::Registration;
use crate::telemetry;
use crate::upstream::{AuthorizationGrant, Handshake, Identity, Provider};

/// Completes the login that `callback` belongs to. Every path after the claim leaves a terminal status.
///
/// `answer` prepares the answer to the app's authorization request, which is written with the login.
pub async fn complete(
    app: &App,
    mut callback: Callback,
    answer: AnswerApp<'_>,
    now: Timestamp,
) -> Result<Finished, LoginRefusal> {
    let provider = app.providers.get(&callback.provider).ok_or(LoginRefusal::early(Code::UnknownProvider))?;
    let (mut claimed, handshake, response) = claim(app, &mut callback, now).await?;
    let finished = async {
        let identity = confirm(app, provider, &claimed, (&handshake, response), now).await?;
        let Callback { previous, caller, .. } = callback;
        let login = ConfirmedLogin { provider, claimed: &mut claimed, identity, previous, caller, returned_at: now };
        finish(app, login, answer).await
    };
    match finished.await {
        Ok(finished) => Ok(finished),
        Err(LoginError::Failed(failure)) => Err(fail(app, provider.id().to_owned(), &claimed, failure).await),
        Err(LoginError::Refusal(refusal)) => Err(refusal),
    }
}

/// Asks the provider for the identity, and applies the rules to it.
async fn confirm(
    app: &App,
    provider: &Provider,
    claimed: &Claimed,
    (handshake, response): (&Handshake, AuthorizationResponse),
    now: Timestamp,
) -> Result<Identity, LoginError> {
    let identity = ask(provider, handshake, response, now).await?;
    fresh::note_auth_time(app, provider, handshake, &identity, now);
    if !identity.losses.is_empty() {
        let (provider, reference) = (provider.id().to_owned(), claimed.reference.clone());
        telemetry::record(&Event::ClaimsReduced { provider, reference, losses: identity.losses.to_string() });
    }
    allowed(provider.registration(), &identity)?;
    Ok(identity)
}

async fn finish(app: &App, login: ConfirmedLogin<'_>, answer: AnswerApp<'_>) -> Result<Finished, LoginError> {
    match login.claimed.link {
        None => Ok(Finished::SignedIn(Box::new(create_session(app, login, answer).await?))),
        Some(linking) => link(app, linking, login).await.map(Finished::Linked),
    }
}

async fn claim(
    app: &App,
    callback: &mut Callback,
    now: Timestamp,
) -> Result<(Claimed, Handshake, AuthorizationResponse), LoginRefusal> {
    let claim = Claim {
        provider: callback.provider.clone(),
        state: callback.state.hashed(),
        flow: callback.flow,
        binding: callback.caller.binding,
        challenge: callback.challenge.clone(),
        // A script of another site cannot forge `Origin`.
        origin: callback.caller.origin.clone(),
        require_binding: app.config.login.require_binding || callback.flow == super::Flow::Browser,
        by_form: callback.response.is_none(),
        steps: Steps::one(now, "returned", None).to_json(),
        now,
    };
    let ip = callback.caller.ip;
    let outcome = app.db.run("claim login", move |conn| store::claim(conn, &claim)).await?;
    let row = outcome.inspect_err(|refusal| {
        let code = match refusal {
            LoginRefusal::Refused { code, .. } => code.as_str(),
            _ => Code::StateUsed.as_str(),
        };
        app.refused(&Event::CallbackRefused { provider: callback.provider.clone(), code }, ip, now);
    })?;
    let store::ClaimedRow { id, reference, handshake, posted, return_to, request, stored_request, link } = row;
    let opened = app.config.ring.open(&sealed_for(id), &handshake);
    let handshake = opened.ok().and_then(|json| serde_json::from_slice(&json).ok());
    let kept = || posted::open(&app.config.ring, &callback.provider, callback.state.hashed(), posted.as_deref()?);
    let response = callback.response.take().or_else(kept);
    let claimed = Claimed { id, reference, return_to, request, stored_request, link };
    if let (Some(handshake), Some(response)) = (handshake, response) {
        return Ok((claimed, handshake, response));
    }
    // Sealed under a key that has left the ring: treated as expired.
    let reason = "sealed under a key that is not in the ring any more".to_owned();
    let failure = LoginFailure { status: Status::Expired, code: Code::StateExpired, reason, needs_operator: false };
    Err(fail(app, callback.provider.clone(), &claimed, failure).await)
}

async fn ask(
    provider: &Provider,
    handshake: &Handshake,
    response: AuthorizationResponse,
    now: Timestamp,
) -> Result<Identity, LoginFailure> {
    let answer: AuthorizationGrant = match response {
        AuthorizationResponse::Granted(answer) => answer,
        AuthorizationResponse::Denied { error, iss } => {
            provider.check_iss(iss.as_deref(), now).await.map_err(LoginFailure::from)?;
            let ours = matches!(error.as_str(), "server_error" | "temporarily_unavailable");
            let code = if ours { Code::ProviderError } else { Code::ProviderDenied };
            return Err(LoginFailure::denied(code, format!("the provider answered {error}")));
        }
    };
    provider.finish(handshake, answer, now).await.map_err(LoginFailure::from)
}

/// Applies the allow rules before the write. The error names the rule and contains nothing about the person.
fn allowed(registration: &Registration, identity: &Identity) -> Result<(), LoginFailure> {
    let judged = rules::judge(registration, &identity.profile, &identity.raw_claims);
    let Some(failed) = judged.into_iter().find(|judged| !judged.holds) else { return Ok(()) };
    let reason = format!("providers.{}.{} does not hold: {}", registration.id, failed.rule, failed.why);
    Err(LoginFailure::denied(Code::NotAllowed, reason))
}

/// Stores the status of a failed login.
async fn fail(app: &App, provider: String, claimed: &Claimed, failure: LoginFailure) -> LoginRefusal {
    let now = app.clock.now();
    let code = failure.code;
    let goal = Goal { provider: provider.clone(), return_to: claimed.return_to.clone() };
    let goal = Some(goal).filter(|_| claimed.link.is_none());
    let failing = Failing {
        id: claimed.id,
        status: failure.status,
        code: code.as_str(),
        steps: Steps::one(now, failure.status.as_str(), Some(failure.reason.clone())).to_json(),
        provider: provider.clone(),
        reference: claimed.reference.clone(),
        now,
    };
    // If this write fails, the sweep sets the status later.
    let written = app.db.run("fail login", move |conn| store::fail(conn, &failing)).await;
    telemetry::record(&Event::LoginFailed {
        provider,
        code: code.as_str(),
        reason: failure.reason,
        reference: claimed.reference.clone(),
    });
    match written {
        Ok(()) => {
            let (reference, request) = (Some(claimed.reference.clone()), claimed.request);
            LoginRefusal::Refused { code, reference, request, goal, needs_operator: failure.needs_operator }
        }
        Err(error) => error.into(),
    }
}
