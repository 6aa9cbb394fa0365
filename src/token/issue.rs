//! Issuing an access token for a session.

use super::access::{AccessClaims, Audience, TYP};
use super::jwt;
use super::status_lists::status_claim;
use crate::app::App;
use crate::base::clock::Instant;
use crate::base::id::uuid_v7;
use crate::base::secret::Plain;
use crate::config::Algorithm;
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
    issue_scoped(app, session, session.scopes.clone(), now)
}

/// The same with fewer scopes than the session has.
pub fn issue_scoped(app: &App, session: &Session, scope: String, now: Instant) -> Result<AccessToken, BadKey> {
    let config = &app.config;
    let expires_in = config.tokens.access_lifetime.as_secs();
    let claims = AccessClaims {
        iss: config.server.public_url.issuer().to_owned(),
        sub: session.user,
        aud: audience(&config.tokens.audience, config.server.public_url.issuer()),
        exp: now.timestamp().saturating_add_unsigned(expires_in),
        iat: now.timestamp(),
        jti: uuid_v7(now),
        client_id: session.client_id.clone(),
        scope,
        sid: session.id,
        auth_time: session.auth_time.timestamp(),
        acr: session.acr.clone(),
        amr: session.amr.clone(),
        status: Some(status_claim(app, session.status_index)),
    };
    let keys = app.keys.keys();
    let key = keys.first_signing(&config.signing.algorithms);
    let key = key.ok_or(BadKey::missing(Algorithm::Es256))?;
    Ok(AccessToken { token: Plain::new(jwt::sign(key, TYP, &claims)?), expires_in })
}

/// The built-in client's tokens always name the issuer too, so that our own endpoints take them.
fn audience(configured: &[String], issuer: &str) -> Audience {
    let mut all = configured.to_vec();
    if !all.iter().any(|audience| audience == issuer) {
        all.push(issuer.to_owned());
    }
    match <[String; 1]>::try_from(all) {
        Ok([one]) => Audience::One(one),
        Err(several) => Audience::Several(several),
    }
}
