//! Issues access tokens.

use super::access::{AccessClaims, TYP};
use super::claims::has_scope;
use super::content::Terms;
use super::jwt;
use super::token_size::TokenSize;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::secret::Plain;
use crate::client::Client;
use crate::config::{ACCOUNT_SCOPE, Algorithm, is_same_resource};
use crate::keys::{SigningKey, UnusableKey};
use crate::session::SignedIn;
use crate::telemetry;

/// The scopes of the sessions of the built-in client.
pub const BUILT_IN_SCOPE: &str = "openid profile email";

/// The longest life of a token with [`ACCOUNT_SCOPE`], in seconds.
const ACCOUNT_LIFETIME: i64 = 300;

/// An issued access token.
pub struct AccessToken {
    /// The access token as a signed JWT (RFC 9068).
    pub token: Plain,
    /// Its lifetime, in seconds.
    pub expires_in: u64,
}

/// Issues an access token of a session to the session's client. Needs no statement.
pub fn issue(app: &App, signed_in: &SignedIn, now: Timestamp) -> Result<AccessToken, UnusableKey> {
    let session = &signed_in.session;
    issue_scoped(app, signed_in, session.scopes.clone(), session.resource.as_deref(), now)
}

/// Issues an access token with fewer scopes than the session has, or for one resource of its audience.
///
/// A token over `tokens.max_bytes` is issued and logged: the limit was checked at login, and the profile has grown since.
pub fn issue_scoped(
    app: &App,
    signed_in: &SignedIn,
    scope: String,
    resource: Option<&str>,
    now: Timestamp,
) -> Result<AccessToken, UnusableKey> {
    issue_claims(app, signed_in, &terms(app).of_session(signed_in, scope, resource, now))
}

/// An access token with [`ACCOUNT_SCOPE`] beside these scopes, for the issuer alone and for five minutes at most. Services
/// must not be handed one. Only for sessions of the built-in client.
pub fn issue_for_account(
    app: &App,
    signed_in: &SignedIn,
    scope: &str,
    now: Timestamp,
) -> Result<(AccessToken, String), UnusableKey> {
    let scope = with_account(scope);
    let issuer = app.config.server.public_url.issuer();
    let mut claims = terms(app).of_session(signed_in, scope.clone(), Some(issuer), now);
    claims.exp = claims.exp.min(claims.iat.saturating_add(ACCOUNT_LIFETIME));
    Ok((issue_claims(app, signed_in, &claims)?, scope))
}

fn with_account(scope: &str) -> String {
    match scope {
        "" => ACCOUNT_SCOPE.to_owned(),
        scope if has_scope(scope, ACCOUNT_SCOPE) => scope.to_owned(),
        scope => format!("{scope} {ACCOUNT_SCOPE}"),
    }
}

/// Whether a requested `resource` (RFC 8707) is the gateway itself.
pub fn is_issuer(app: &App, resource: &str) -> bool {
    is_same_resource(app.config.server.public_url.issuer(), resource)
}

fn issue_claims(app: &App, signed_in: &SignedIn, claims: &AccessClaims) -> Result<AccessToken, UnusableKey> {
    let issued = sign(app, claims)?;
    let bytes = issued.token.expose().len();
    if bytes > app.config.tokens.max_bytes {
        let largest = TokenSize::largest(claims).map_or("none", |(claim, _)| claim);
        let (client, session) = (claims.client_id.clone(), signed_in.session.id);
        telemetry::record(&Event::AccessTokenTooLarge { client, session, bytes, largest });
    }
    Ok(issued)
}

/// Issues an access token of `client_credentials` (RFC 6749 §4.4).
pub fn issue_to_client(
    app: &App,
    client: &Client,
    scope: String,
    resource: Option<&str>,
    now: Timestamp,
) -> Result<AccessToken, UnusableKey> {
    sign(app, &terms(app).of_client(client, scope, resource, now))
}

/// The size of the access token that a session which does not exist yet would get.
pub fn token_size(app: &App, signed_in: &SignedIn, now: Timestamp) -> Result<TokenSize, UnusableKey> {
    let session = &signed_in.session;
    let claims = terms(app).of_session(signed_in, session.scopes.clone(), session.resource.as_deref(), now);
    with_key(app, &session.client_id, |key| Ok(TokenSize::of(&claims, key.algorithm(), key.kid(), key.signature_len())))
}

/// Of these scopes those that a token for the resource may have.
pub fn scope_at(app: &App, resource: Option<&str>, scope: &str) -> String {
    terms(app).scope_at(resource, scope)
}

/// The resource as the configuration writes it, if tokens of that client may have it as their only audience.
pub fn resource<'a>(app: &'a App, client_id: &str, resource: &str) -> Option<&'a str> {
    terms(app).resource(client_id, resource)
}

/// The resources that tokens of that client may have as their only audience, as the configuration writes them.
pub(super) fn resources<'a>(app: &'a App, client_id: &str) -> Vec<&'a str> {
    terms(app).resources(client_id)
}

fn terms(app: &App) -> Terms<'_> {
    Terms { config: &app.config, clients: &app.clients }
}

fn sign(app: &App, claims: &AccessClaims) -> Result<AccessToken, UnusableKey> {
    let token = with_key(app, &claims.client_id, |key| jwt::sign(key, TYP, claims))?;
    let expires_in = u64::try_from(claims.exp.saturating_sub(claims.iat)).unwrap_or_default();
    Ok(AccessToken { token: Plain::new(token), expires_in })
}

/// The key of the client's access tokens: the key for `clients.<id>.access_token_alg`, else of the first of
/// `signing.algorithms` that has an active one.
fn with_key<T>(
    app: &App,
    client_id: &str,
    work: impl FnOnce(&SigningKey) -> Result<T, UnusableKey>,
) -> Result<T, UnusableKey> {
    let keys = app.keys.keys();
    let own = app.clients.registered(client_id).and_then(|client| client.tokens.access_token_alg);
    let own = own.and_then(|algorithm| keys.signing_or_published(algorithm));
    let key = own.or_else(|| keys.first_signing(&app.config.signing.algorithms));
    work(key.ok_or(UnusableKey::of(Algorithm::Es256))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_scope_stands_beside_the_others_once() {
        for (scope, expected) in [
            ("", "account"),
            ("openid", "openid account"),
            ("openid profile email", "openid profile email account"),
            ("openid account", "openid account"),
            ("accounts", "accounts account"),
        ] {
            assert_eq!(with_account(scope), expected);
        }
        assert!(!has_scope(BUILT_IN_SCOPE, ACCOUNT_SCOPE));
    }
}
