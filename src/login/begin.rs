//! Begins a login: stores it and builds the authorization request. One statement.

use chrono::TimeDelta;

use super::authorization_session::{Steps, sealed_for};
use super::input::{Flow, NewLogin};
use super::refusal::{Code, Goal, LoginRefusal};
use super::{shared_redirect, store};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::id::{AuthorizationSessionId, Reference};
use crate::base::secret::Plain;
use crate::telemetry;
use crate::upstream::{Failure, LoginRequest, Provider, StartedLogin};

/// A login that began, which waits for the response of the provider.
pub struct Begun {
    /// The URL of the authorization request.
    pub url: String,
    /// The `state` in that URL.
    pub state: Plain,
    /// The seconds until the login expires.
    pub expires_in: u64,
    /// The reference of the login.
    pub reference: Reference,
}

/// Stores a pending authorization session and returns the URL of the authorization request.
pub async fn begin(app: &App, new_login: NewLogin, now: Timestamp) -> Result<Begun, LoginRefusal> {
    begin_after(app, new_login, None, now).await
}

/// Begins the same login again, after the one with the reference `stale`.
pub async fn begin_again(
    app: &App,
    new_login: NewLogin,
    stale: &Reference,
    now: Timestamp,
) -> Result<Begun, LoginRefusal> {
    begin_after(app, new_login, Some(stale), now).await
}

async fn begin_after(
    app: &App,
    mut new_login: NewLogin,
    stale: Option<&Reference>,
    now: Timestamp,
) -> Result<Begun, LoginRefusal> {
    let provider = app.providers.get(&new_login.provider).ok_or(LoginRefusal::early(Code::UnknownProvider))?;
    if new_login.flow == Flow::Spa
        && let Err(failure) = shared_redirect::check(app, provider, now).await
    {
        return Err(not_begun(app, new_login, failure, now).await);
    }
    let request = LoginRequest {
        redirect_uri: redirect_uri(app, provider, new_login.flow),
        hints: std::mem::take(&mut new_login.hints),
    };
    let hints = request.hints.clone();
    let begun = match provider.begin(request, now).await {
        Ok(mut begun) => {
            begun.handshake.hints = hints;
            begun.handshake.is_repeated = stale.is_some();
            begun
        }
        Err(failure) => return Err(not_begun(app, new_login, failure, now).await),
    };
    let row = pending(app, new_login, &begun, stale, now);
    let (reference, provider) = (row.reference.clone(), row.provider.clone());
    store::insert_pending(&app.db, row).await?;
    app.pending_logins.add();
    telemetry::record(&Event::LoginBegan { provider, reference: reference.clone() });
    let expires_in = app.config.login.authorization_lifetime.as_secs();
    Ok(Begun { url: begun.url, state: begun.state, expires_in, reference })
}

/// The row of a login that begins.
fn pending(
    app: &App,
    new_login: NewLogin,
    begun: &StartedLogin,
    stale: Option<&Reference>,
    now: Timestamp,
) -> store::Pending {
    let (id, lifetime) = (AuthorizationSessionId::new(now), app.config.login.authorization_lifetime);
    let handshake = serde_json::to_vec(&begun.handshake).unwrap_or_default();
    store::Pending {
        id,
        reference: Reference::random(),
        provider: new_login.provider,
        flow: new_login.flow,
        state: begun.state.hashed(),
        handshake: app.config.ring.seal(&sealed_for(id), &handshake),
        binding: new_login.binding,
        challenge: new_login.challenge,
        carries_cookie: new_login.caller.carries_cookie(),
        origin: new_login.caller.origin,
        return_to: new_login.return_to,
        request: new_login.request,
        link: new_login.link,
        ip: new_login.caller.ip,
        user_agent: new_login.caller.user_agent,
        steps: Steps::one(now, "began", purpose(new_login.link.is_some(), stale)).to_json(),
        now,
        expires_at: now + TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::minutes(5)),
    }
}

/// The detail of the first step.
fn purpose(links: bool, stale: Option<&Reference>) -> Option<String> {
    let parts = [links.then(|| "for one more identity".to_owned()), stale.map(|stale| format!("again, after {stale}"))];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Keeps the reason under a reference, which the page shows. A login that this process is too busy for keeps no row.
async fn not_begun(app: &App, new_login: NewLogin, failure: Failure, now: Timestamp) -> LoginRefusal {
    let NewLogin { provider, flow, return_to, link, request, .. } = new_login;
    let goal = Goal::of(&provider, return_to, link.is_some() || request.is_some());
    let (code, needs_operator) = (Code::of_failure(&failure), failure.needs_operator);
    let refused =
        |reference| LoginRefusal::Refused { code, reference, request: None, goal, needs_operator, signed_in: None };
    if code == Code::Overloaded {
        return refused(None);
    }
    let (reference, code) = (Reference::random(), code.as_str());
    let reason = failure.reason;
    let (of_row, kept) = (reference.clone(), reason.clone());
    let row = store::NotBegun { reference: of_row, provider: provider.clone(), flow, code, reason: kept, now };
    let stored = app.db.run("keep login not begun", move |conn| store::insert_not_begun(conn, &row)).await;
    app.pending_logins.add();
    telemetry::record(&Event::LoginNotBegun { provider, code, reason, reference: reference.clone() });
    // Without its row the reference finds nothing.
    refused(stored.is_ok().then_some(reference))
}

/// The redirect URI of the flow.
fn redirect_uri(app: &App, provider: &Provider, flow: Flow) -> String {
    let public_url = &app.config.server.public_url;
    match flow {
        Flow::Spa => provider.registration().spa_redirect_uri(public_url),
        Flow::Browser => public_url.callback(provider.id()),
    }
}
