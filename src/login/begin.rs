//! Begins a login: stores it and builds the authorization request. One statement.

use chrono::TimeDelta;

use super::arrival::{Arrival, Door};
use super::authorization_session::{Steps, sealed_for};
use super::refusal::{Code, Refusal};
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::id::{AuthorizationSessionId, Reference};
use crate::base::secret::Plain;
use crate::telemetry;
use crate::upstream::{LoginRequest, Provider};

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
pub async fn begin(app: &App, arrival: Arrival, now: Timestamp) -> Result<Begun, Refusal> {
    let provider = app.providers.get(&arrival.provider).ok_or(Refusal::early(Code::UnknownProvider))?;
    let request = LoginRequest { redirect_uri: redirect_uri(app, provider, arrival.door), hints: arrival.hints };
    // The failed request for the metadata has been logged with its cause.
    let begun = provider.begin(request, now).await.map_err(|failure| Refusal::early(Code::of_failure(&failure)))?;
    let (id, reference) = (AuthorizationSessionId::new(now), Reference::random());
    let lifetime = app.config.login.authorization_lifetime;
    let handshake = serde_json::to_vec(&begun.handshake).unwrap_or_default();
    let row = store::Pending {
        id,
        reference: reference.clone(),
        provider: arrival.provider.clone(),
        door: arrival.door,
        state: begun.state.hashed(),
        handshake: app.config.ring.seal(&sealed_for(id), &handshake),
        binding: arrival.binding,
        origin: arrival.caller.origin,
        return_to: arrival.return_to,
        request: arrival.request,
        link: arrival.link,
        ip: arrival.caller.ip,
        user_agent: arrival.caller.user_agent,
        steps: Steps::one(now, "began", arrival.link.map(|_| "for one more identity".into())).to_json(),
        now,
        expires_at: now + TimeDelta::from_std(lifetime).unwrap_or(TimeDelta::minutes(5)),
    };
    app.db.run("begin login", move |conn| store::begin(conn, &row)).await?;
    telemetry::record(&Event::LoginBegan { provider: arrival.provider, reference });
    Ok(Begun { url: begun.url, state: begun.state, expires_in: lifetime.as_secs() })
}

/// The redirect URI: that of the frontend in the SPA flow, where configured; else our callback.
fn redirect_uri(app: &App, provider: &Provider, door: Door) -> String {
    match (door, &provider.registration().redirect_uri) {
        (Door::Json, Some(own)) => own.to_string(),
        _ => app.config.server.public_url.callback(provider.id()),
    }
}
