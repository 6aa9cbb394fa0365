//! Issuing access tokens.

use std::time::Duration;

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
    let exp = end(session.not_after, app.config.tokens.access_lifetime, now);
    let claims = AccessClaims {
        iss: app.config.server.public_url.issuer().to_owned(),
        sub: Subject::User(session.user),
        aud: audience(app, &session.client_id, resource),
        exp,
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
    sign(app, &claims)
}

/// Issues an access token to a client for itself (RFC 6749 §4.4): nobody is behind it, and no session.
pub fn issue_to_client(
    app: &App,
    client: &Client,
    scope: String,
    resource: Option<&str>,
    now: Instant,
) -> Result<AccessToken, BadKey> {
    let lifetime = app.config.tokens.access_lifetime.as_secs();
    let claims = AccessClaims {
        iss: app.config.server.public_url.issuer().to_owned(),
        sub: Subject::Client(client.id.clone()),
        aud: audience(app, &client.id, resource),
        exp: now.timestamp().saturating_add_unsigned(lifetime),
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
    sign(app, &claims)
}

/// The end of a token, in epoch seconds. None outlives its session: a service that verifies offline asks nobody else.
fn end(not_after: Instant, lifetime: Duration, now: Instant) -> i64 {
    now.timestamp().saturating_add_unsigned(lifetime.as_secs()).min(not_after.timestamp())
}

fn sign(app: &App, claims: &AccessClaims) -> Result<AccessToken, BadKey> {
    let keys = app.keys.keys();
    let key = keys.first_signing(&app.config.signing.algorithms).ok_or(BadKey::missing(Algorithm::Es256))?;
    let expires_in = u64::try_from(claims.exp.saturating_sub(claims.iat)).unwrap_or_default();
    Ok(AccessToken { token: Plain::new(jwt::sign(key, TYP, claims)?), expires_in })
}

/// Whether a client's tokens may be for that resource alone.
pub fn may_be_for(app: &App, client_id: &str, resource: &str) -> bool {
    let all = audiences(app, client_id);
    let is_issuer = all.is_empty() && resource == app.config.server.public_url.issuer();
    is_issuer || all.iter().any(|audience| audience == resource)
}

/// Whom a client's tokens may be for, besides a single one of these (RFC 8707 §2): its own audience, else the default.
fn audiences<'a>(app: &'a App, client_id: &str) -> &'a [String] {
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

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    /// SE-05: the absolute end is the end of its tokens too.
    #[test]
    fn no_token_outlives_its_session() {
        let now = Instant::UNIX_EPOCH + TimeDelta::milliseconds(1_000_500);
        let end = |left: i64| end(now + TimeDelta::milliseconds(left), Duration::from_secs(300), now);
        assert_eq!(end(90 * 86_400 * 1000), 1300);
        assert_eq!(end(300_000), 1300);
        assert_eq!(end(299_499), 1299);
        assert_eq!(end(10_000), 1010);
        assert_eq!(end(400), 1000);
    }
}
