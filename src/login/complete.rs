//! Handles the authorization response of a provider: claims the login, calls the provider, writes the result. Two statements
//! for a known user.

use super::authorization_session::{Claimed, Status, Steps, sealed_for};
use super::create_session::{ConfirmedLogin, create_session};
use super::denied;
use super::fail::fail;
use super::failure::{LoginError, LoginFailure};
use super::finished::Finished;
use super::fresh;
use super::input::{AnswerApp, AuthorizationResponse, Callback, Flow};
use super::link::link;
use super::posted;
use super::refusal::{Code, LoginRefusal};
use super::stale::{StaleLogin, StaleParts, TEMPORARILY_UNAVAILABLE};
use super::store::{self, Claim, Unclaimed};
use crate::access;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::config::Registration;
use crate::telemetry;
use crate::upstream::{AuthorizationGrant, Handshake, Identity, Provider, Sent};

/// Completes the login that `callback` belongs to. Every path after the claim leaves a terminal status, except
/// [`Finished::Stale`], which the caller ends.
///
/// `answer` prepares the answer to the app's authorization request, which is written with the login.
pub async fn complete(
    app: &App,
    mut callback: Callback,
    answer: AnswerApp<'_>,
    now: Timestamp,
) -> Result<Finished, LoginRefusal> {
    let provider = app.providers.get(&callback.provider).ok_or(LoginRefusal::early(Code::UnknownProvider))?;
    let (mut claimed, mut handshake, response) = claim_login(app, &mut callback, now).await?;
    handshake.sent = confidential(&callback, &handshake, &response);
    let finished = async {
        let grant = match response {
            AuthorizationResponse::Granted(grant) => grant,
            AuthorizationResponse::Denied { error, iss } => {
                provider.check_iss(iss.as_deref(), now).await.map_err(LoginFailure::from)?;
                if callback.flow == Flow::Browser && error.code() == TEMPORARILY_UNAVAILABLE {
                    let reason = error.describe(&handshake.sent);
                    let Handshake { hints, is_repeated, .. } = handshake;
                    return Ok(Err(StaleParts { reason, hints, is_repeated }));
                }
                return Err(denied::failure(&error, &handshake.sent, &handshake.redirect_uri).into());
            }
        };
        let identity = confirm(app, provider, &claimed, (&handshake, grant), now).await?;
        let Callback { previous, caller, flow, .. } = callback;
        let asked_acr = handshake.hints.acr_values.clone();
        let claimed = &mut claimed;
        let login = ConfirmedLogin { provider, claimed, identity, previous, caller, returned_at: now, flow, asked_acr };
        finish(app, login, answer).await.map(Ok)
    };
    match finished.await {
        Ok(Ok(finished)) => Ok(finished),
        Ok(Err(parts)) => Ok(Finished::Stale(Box::new(StaleLogin::new(provider.id(), claimed, parts)))),
        Err(LoginError::Failed(failure)) => Err(fail(app, provider.id().to_owned(), &claimed, failure).await),
        Err(LoginError::Refusal(refusal)) => Err(refusal),
    }
}

/// The confidential values of the authorization request, as far as they are known here.
fn confidential(callback: &Callback, handshake: &Handshake, response: &AuthorizationResponse) -> Sent {
    let mut sent = Sent::default();
    let texts = [Some(callback.state.expose()), handshake.verifier.as_deref(), handshake.hints.login_hint.as_deref()];
    texts.into_iter().flatten().for_each(|text| sent.add(text));
    sent.add(&handshake.nonce);
    if let AuthorizationResponse::Granted(AuthorizationGrant::Code { code, .. }) = response {
        sent.add(code.expose());
    }
    if let Some(token) = &handshake.request_token {
        sent.add(&token.token);
        sent.add(&token.secret);
    }
    sent
}

/// Asks the provider for the identity, and applies the rules to it.
async fn confirm(
    app: &App,
    provider: &Provider,
    claimed: &Claimed,
    (handshake, grant): (&Handshake, AuthorizationGrant),
    now: Timestamp,
) -> Result<Identity, LoginError> {
    let identity = provider.finish(handshake, grant, now).await;
    // A provider may quote the code at any of its endpoints.
    let identity = identity.map_err(|failure| LoginFailure::from(failure.without(&handshake.sent)))?;
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

/// Claims the login, and opens its handshake and the response that was posted for it.
async fn claim_login(
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
        require_binding: app.config.login.require_binding || callback.flow == Flow::Browser,
        by_form: callback.response.is_none(),
        steps: Steps::one(now, "returned", None).to_json(),
        now,
    };
    let ip = callback.caller.ip;
    let outcome = store::claim_login(&app.db, claim).await?;
    let row = outcome.map_err(|Unclaimed { refusal, mistake }| {
        let (provider, code) = (callback.provider.clone(), refusal.code().as_str());
        let (reason, reference) = match mistake {
            Some((mistake, reference)) => (Some(mistake.text(&provider)), Some(reference)),
            None => (None, None),
        };
        app.refused(&Event::CallbackRefused { provider, code, reason, reference }, ip, now);
        refusal
    })?;
    let store::ClaimedRow { id, reference, handshake, posted, return_to, request, stored_request, link } = row;
    let opened = app.config.ring.open(&sealed_for(id), &handshake);
    let handshake = opened.ok().and_then(|json| serde_json::from_slice(&json).ok());
    let stored = || posted::open(&app.config.ring, &callback.provider, callback.state.hashed(), posted.as_deref()?);
    let response = callback.response.take().or_else(stored);
    let claimed =
        Claimed { id, reference, return_to, request, stored_request, link, browser_session: callback.previous };
    match (handshake, response) {
        (Some(handshake), Some(response)) => Ok((claimed, handshake, response)),
        _ => Err(fail(app, callback.provider.clone(), &claimed, unsealable()).await),
    }
}

/// The failure of a login that is sealed under a key which has left the ring: it counts as expired.
fn unsealable() -> LoginFailure {
    LoginFailure {
        status: Status::Expired,
        code: Code::StateExpired,
        reason: "sealed under a key that is not in the ring any more".to_owned(),
        account: None,
        needs_operator: false,
        counted_error: None,
    }
}

/// Applies the allow rules before the write. The error names the rule and contains nothing about the person.
fn allowed(registration: &Registration, identity: &Identity) -> Result<(), LoginFailure> {
    let outcomes = access::evaluate_sent(registration, &identity.profile, &identity.raw_claims);
    let Some(failed) = outcomes.into_iter().find(|outcome| !outcome.holds) else { return Ok(()) };
    let reason = format!("providers.{}.{} does not hold: {}", registration.id, failed.rule, failed.why);
    Err(LoginFailure::denied(Code::NotAllowed, reason).of_account(&identity.profile))
}
