//! Begins a login: stores it and builds the authorization request. One statement.

use chrono::TimeDelta;

use super::authorization_session::{Steps, sealed_for};
use super::input::{Flow, NewLogin};
use super::refusal::{Code, Goal, Refusal};
use super::{shared_redirect, store};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::id::{AuthorizationSessionId, Reference};
use crate::base::secret::Plain;
use crate::telemetry;
use crate::upstream::{Failure, LoginRequest, Provider};

/// A new login.
pub struct Begun {
    /// The address of the authorization request.
    pub url: String,
    /// The `state` in that address.
    pub state: Plain,
    /// The seconds until the login expires.
    pub expires_in: u64,
}

/// Stores a pending authorization session and returns the address of the authorization request.
pub async fn begin(app: &App, mut new_login: NewLogin, now: Timestamp) -> Result<Begun, Refusal> {
    let provider = app.providers.get(&new_login.provider).ok_or(Refusal::early(Code::UnknownProvider))?;
    if new_login.flow == Flow::Spa {
        shared_redirect::check(app, provider, now).await.map_err(|failure| refused(&new_login, &failure))?;
    }
    let request = LoginRequest {
        redirect_uri: redirect_uri(app, provider, new_login.flow),
        hints: std::mem::take(&mut new_login.hints),
    };
    // The failed request for the metadata has been logged with its cause.
    let begun = provider.begin(request, now).await.map_err(|failure| refused(&new_login, &failure))?;
    let (id, reference) = (AuthorizationSessionId::new(now), Reference::random());
    let lifetime = app.config.login.authorization_lifetime;
    let handshake = serde_json::to_vec(&begun.handshake).unwrap_or_default();
    let row = store::Pending {
        id,
        reference: reference.clone(),
        provider: new_login.provider.clone(),
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
        steps: Steps::one(now, "began", new_login.link.map(|_| "for one more identity".into())).to_json(),
        now,
        expires_at: now + TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::minutes(5)),
    };
    app.db.run("begin login", move |conn| store::begin(conn, &row)).await?;
    app.pending_logins.add();
    telemetry::record(&Event::LoginBegan { provider: new_login.provider, reference });
    Ok(Begun { url: begun.url, state: begun.state, expires_in: lifetime.as_secs() })
}

fn refused(new_login: &NewLogin, failure: &Failure) -> Refusal {
    let goal = Goal { provider: new_login.provider.clone(), return_to: new_login.return_to.clone() };
    let goal = Some(goal).filter(|_| new_login.link.is_none() && new_login.request.is_none());
    Refusal::Refused { code: Code::of_failure(failure), reference: None, request: None, goal }
}

/// The redirect URI of the flow.
fn redirect_uri(app: &App, provider: &Provider, flow: Flow) -> String {
    let public_url = &app.config.server.public_url;
    match flow {
        Flow::Spa => provider.registration().spa_redirect_uri(public_url),
        Flow::Browser => public_url.callback(provider.id()),
    }
}
