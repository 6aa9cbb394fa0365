//! Issuing access tokens.

use super::access::{AccessClaims, Audience, Subject, TYP};
use super::jwt;
use super::status_lists::status_claim;
use crate::app::App;
use crate::base::clock::Instant;
use crate::base::id::uuid_v7;
use crate::base::secret::Plain;
use crate::client::Client;
use crate::config::{Algorithm, BUILT_IN_CLIENT};
use crate::keys::BadKey;
use crate::session::Session;

/// What its tokens are good for.
pub const BUILT_IN_SCOPE: &str = "openid profile email";

/// An access token that was issued.
pub struct AccessToken {
    /// The JWT.
    pub token: Plain,
    /// Its life, in seconds.
    pub expires_in: u64,
}

/// Issues an access token of a session to the client that the session belongs to. Costs no round trip.
pub fn issue(app: &App, session: &Session, now: Instant) -> Result<AccessToken, BadKey> {
    issue_scoped(app, session, session.scopes.clone(), session.resource.as_deref(), now)
}

/// The same with fewer scopes than the session has, or for one resource of its audience.
pub fn issue_scoped(
    app: &App,
    session: &Session,
    scope: String,
    resource: Option<&str>,
    now: Instant,
) -> Result<AccessToken, BadKey> {
    let expires_in = app.config.tokens.access_lifetime.as_secs();
    let claims = AccessClaims {
        iss: app.config.server.public_url.issuer().to_owned(),
        sub: Subject::User(session.user),
        aud: audience(app, &session.client_id, resource),
        exp: now.timestamp().saturating_add_unsigned(expires_in),
        iat: now.timestamp(),
        jti: uuid_v7(now),
        client_id: session.client_id.clone(),
        scope,
        sid: Some(session.id),
        auth_time: Some(session.auth_time.timestamp()),
        acr: session.acr.clone(),
        amr: session.amr.clone(),
        status: Some(status_claim(app, session.status_index)),
    };
    sign(app, &claims, expires_in)
}

/// Issues an access token to a client for itself (RFC 6749 §4.4): nobody is behind it, and no session.
pub fn issue_to_client(
    app: &App,
    client: &Client,
    scope: String,
    resource: Option<&str>,
    now: Instant,
) -> Result<AccessToken, BadKey> {
    let expires_in = app.config.tokens.access_lifetime.as_secs();
    let claims = AccessClaims {
        iss: app.config.server.public_url.issuer().to_owned(),
        sub: Subject::Client(client.id.clone()),
        aud: audience(app, &client.id, resource),
        exp: now.timestamp().saturating_add_unsigned(expires_in),
        iat: now.timestamp(),
        jti: uuid_v7(now),
        client_id: client.id.clone(),
        scope,
        sid: None,
        auth_time: None,
        acr: None,
        amr: None,
        status: None,
    };
    sign(app, &claims, expires_in)
}

fn sign(app: &App, claims: &AccessClaims, expires_in: u64) -> Result<AccessToken, BadKey> {
    let keys = app.keys.keys();
    // The first whose key signs already: that of an algorithm which was added later has to be published for a while.
    let key = app.config.signing.algorithms.iter().find_map(|algorithm| keys.signing(*algorithm));
    let key = key.ok_or(BadKey::missing(Algorithm::Es256))?;
    Ok(AccessToken { token: Plain::new(jwt::sign(key, TYP, claims)?), expires_in })
}

/// Whom a client's tokens may be for, besides a single one of these (RFC 8707 §2): its own audience, else the default.
pub fn audiences<'a>(app: &'a App, client_id: &str) -> &'a [String] {
    let own = app.clients.get(client_id).map(|client| client.audience.as_slice()).unwrap_or_default();
    if own.is_empty() { &app.config.tokens.audience } else { own }
}

fn audience(app: &App, client_id: &str, resource: Option<&str>) -> Audience {
    if let Some(resource) = resource {
        return Audience::One(resource.to_owned());
    }
    let issuer = app.config.server.public_url.issuer();
    let mut all = audiences(app, client_id).to_vec();
    // The built-in client's tokens always name the issuer too, so that our own endpoints take them.
    if all.is_empty() || client_id == BUILT_IN_CLIENT && !all.iter().any(|audience| audience == issuer) {
        all.push(issuer.to_owned());
    }
    match <[String; 1]>::try_from(all) {
        Ok([one]) => Audience::One(one),
        Err(several) => Audience::Several(several),
    }
}
