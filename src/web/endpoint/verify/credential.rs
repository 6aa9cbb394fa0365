//! The session of a request to a site: by an access token of ours in `Authorization`, else by the session cookie.

use std::sync::Arc;

use actix_web::HttpRequest;

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::secret::Plain;
use crate::gate;
use crate::session::CachedSession;
use crate::token::{self, ACCOUNT_SCOPE, BUILT_IN_CLIENT, has_scope};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::authorization::Authorization;
use crate::web::request::credentials;

/// The session of the request, and whether an access token named it.
pub struct Known {
    /// The session, from the cache if it was seen lately.
    pub seen: Arc<CachedSession>,
    /// The access token that named it; `None` if the cookie did.
    by_token: Option<SentToken>,
}

/// An access token that names a session.
struct SentToken {
    token: Plain,
    scope: String,
}

impl Known {
    /// Whether an access token named it.
    pub fn is_by_token(&self) -> bool {
        self.by_token.is_some()
    }

    /// The access token that named it.
    pub fn token(&self) -> Option<&Plain> {
        self.by_token.as_ref().map(|sent| &sent.token)
    }

    /// The scopes of the access token; of a cookie those of the session, which its access tokens would have.
    pub fn scope(&self) -> &str {
        self.by_token.as_ref().map_or(&self.seen.signed_in.session.scopes, |sent| &sent.scope)
    }
}

/// The session of the request. A `Bearer` token that names our issuer decides; any other `Authorization` is the site's own, and
/// the cookie decides.
pub async fn known(app: &App, request: &HttpRequest, now: Timestamp) -> Result<Known, Problem> {
    if let Some(token) = own_token(app, request) {
        let (seen, scope) = by_token(app, &token, now).await?;
        return Ok(Known { seen, by_token: Some(SentToken { token, scope }) });
    }
    let named = credentials::by_cookie(app, request)?;
    Ok(Known { seen: gate::seen(app, named.session, now).await?, by_token: None })
}

/// Whether the request has an access token that decides.
pub fn has_own_token(app: &App, request: &HttpRequest) -> bool {
    own_token(app, request).is_some()
}

fn own_token(app: &App, request: &HttpRequest) -> Option<Plain> {
    let Authorization::Bearer(token) = Authorization::of(request) else { return None };
    token::names_issuer(token.expose(), app.config.server.public_url.issuer()).then_some(token)
}

/// Only a token of the built-in client for services: the issuer or a member of `tokens.audience` is in its `aud`. One with the
/// scope `account` acts for the user at the gateway and must not travel to sites. FW-16
async fn by_token(app: &App, token: &Plain, now: Timestamp) -> Result<(Arc<CachedSession>, String), Problem> {
    let invalid = || Problem::from(Refusal::BearerInvalid);
    let issuer = app.config.server.public_url.issuer();
    let claims = token::verify_for_any(&app.keys, issuer, token.expose(), now).map_err(|_| invalid())?;
    let services = &app.config.tokens.audience;
    let is_for_sites = claims.aud.contains(issuer) || services.iter().any(|service| claims.aud.contains(service));
    let is_good = claims.client_id == BUILT_IN_CLIENT && is_for_sites && !has_scope(&claims.scope, ACCOUNT_SCOPE);
    let session = claims.sid.filter(|_| is_good).ok_or_else(invalid)?;
    gate::check(app, &claims)?;
    let seen = gate::seen(app, session, now).await?;
    let of_token = &seen.signed_in.session;
    // A session never changes its client or user, so a token whose claims differ is invalid.
    let fits = of_token.client_id == BUILT_IN_CLIENT && claims.sub.user() == Some(of_token.user);
    if fits { Ok((seen, claims.scope)) } else { Err(invalid()) }
}
