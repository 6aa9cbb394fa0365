//! Reads the session id from the session cookie or an access token, and checks the token's client, audience and scope.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::web::Payload;

use super::authorization::Authorization;
use super::caller::Means;
use super::cookies::{self, SessionCookie};
use super::extract;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;
use crate::base::secret::Plain;
use crate::gate;
use crate::session::{self, SignedIn};
use crate::token::{self, ACCOUNT_SCOPE, AccessClaims, BUILT_IN_CLIENT, has_scope};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::viewer;

/// Valid credentials and the session that they name. Whether the session is live is not checked here.
pub struct Credential {
    /// The id of the session.
    pub session: SessionId,
    /// The kind of the credentials.
    pub means: Means,
    /// Whether the answer has claims of the provider that only its stored claims contain.
    pub with_claims: bool,
}

/// The session cookie alone. The header `Authorization` is ignored.
pub fn by_cookie(app: &App, request: &HttpRequest) -> Result<Credential, Problem> {
    match cookies::session(app, request) {
        SessionCookie::Names(session) => Ok(Credential { session, means: Means::Cookie, with_claims: false }),
        SessionCookie::Missing | SessionCookie::Garbage => Err(Refusal::NoSession.into()),
        SessionCookie::Conflict(_) => Err(Refusal::SessionCookiesConflict.into()),
    }
}

/// The session cookie, or any access token of the built-in client.
pub fn of_built_in_client(app: &App, request: &HttpRequest, now: Timestamp) -> Result<Credential, Problem> {
    match bearer(app, request, now)? {
        Some(claims) => of_session(claims),
        None => by_cookie(app, request),
    }
}

/// The session cookie, or an access token of the built-in client with the scope `account` and the issuer as its only
/// audience. Services receive the other tokens: with one, a service could link its own identity and then sign in as the
/// user.
pub fn for_account(app: &App, request: &HttpRequest, now: Timestamp) -> Result<Credential, Problem> {
    let Some(claims) = bearer(app, request, now)? else { return by_cookie(app, request) };
    let issuer = app.config.server.public_url.issuer();
    if claims.aud.is_only(issuer) && has_scope(&claims.scope, ACCOUNT_SCOPE) {
        of_session(claims)
    } else {
        Err(Refusal::AccountScope.into())
    }
}

/// An access token with the scope `openid`, of any configured client: the scope permits the use at the userinfo endpoint (OpenID
/// Connect Core §5.3). One for a protected resource alone does not count: the resource receives it, and the person has agreed
/// that the app gets these claims.
pub async fn for_openid(
    app: &App,
    request: &HttpRequest,
    payload: Payload,
    now: Timestamp,
) -> Result<Credential, Problem> {
    let token = access_token(app, request, payload).await?;
    let issuer = app.config.server.public_url.issuer();
    let verified = token::verify_for_any(&app.keys, issuer, token.expose(), now);
    let claims = verified.map_err(|_| Refusal::BearerInvalid)?;
    if app.config.resources.iter().any(|resource| claims.aud.is_only(&resource.resource)) {
        return Err(Refusal::BearerInvalid.into());
    }
    gate::check(app, &claims)?;
    let session = claims.sid.filter(|_| has_scope(&claims.scope, "openid"));
    let session = session.ok_or_else(|| Problem::insufficient_scope("openid"))?;
    let own = app.clients.registered(&claims.client_id).is_some_and(|client| client.tokens.reads_provider_claims());
    let with_claims = own || has_scope(&claims.scope, "profile");
    Ok(Credential { session, means: Means::Token { scope: claims.scope }, with_claims })
}

/// The session with that id, if it is live. `None` for a revoked or expired session.
pub async fn if_live(app: &App, id: SessionId, now: Timestamp) -> Result<Option<SignedIn>, Problem> {
    if_live_with(app, id, false, now).await
}

/// The live session, with the provider's claims if `with_claims`.
pub async fn if_live_with(
    app: &App,
    id: SessionId,
    with_claims: bool,
    now: Timestamp,
) -> Result<Option<SignedIn>, Problem> {
    match gate::live_with(app, id, with_claims, now).await {
        Ok(signed_in) => Ok(Some(signed_in)),
        Err(unknown @ (gate::AccessTokenError::NotFresh | gate::AccessTokenError::Db(_))) => Err(unknown.into()),
        Err(_) => Ok(None),
    }
}

/// The claims of the built-in client's access token in `Authorization`; `None` without that header. Other content of
/// the header is refused, also if the request has a session cookie: the header takes precedence.
fn bearer(app: &App, request: &HttpRequest, now: Timestamp) -> Result<Option<AccessClaims>, Problem> {
    let token = match Authorization::of(request) {
        Authorization::Missing => return Ok(None),
        Authorization::Bearer(token) => token,
        Authorization::Basic(..) | Authorization::Unusable => return Err(Refusal::BearerInvalid.into()),
    };
    let issuer = app.config.server.public_url.issuer();
    let claims = token::verify(&app.keys, issuer, token.expose(), now).map_err(|_| Refusal::BearerInvalid)?;
    // Tokens of other clients are refused: services receive them, and must not act on the user's session.
    let is_good = claims.client_id == BUILT_IN_CLIENT && !app.revocations.is_jti_revoked(claims.jti);
    if is_good { Ok(Some(claims)) } else { Err(Refusal::BearerInvalid.into()) }
}

fn of_session(claims: AccessClaims) -> Result<Credential, Problem> {
    let session = claims.sid.ok_or(Refusal::BearerInvalid)?;
    Ok(Credential { session, means: Means::Token { scope: claims.scope }, with_claims: false })
}

/// The access token from the header or from the form of a `POST` (RFC 6750 §2); both at once are an error. The query is
/// not read.
async fn access_token(app: &App, request: &HttpRequest, payload: Payload) -> Result<Plain, Problem> {
    let mut posted = None;
    if request.method() == Method::POST && extract::media_type(request) == extract::FORM {
        let form = extract::form(request, payload, app.config.limits.body_bytes).await?;
        posted = form.get("access_token").map(Plain::new);
    }
    match (Authorization::of(request), posted) {
        (Authorization::Bearer(token), None) | (Authorization::Missing, Some(token)) => Ok(token),
        (Authorization::Missing, None) => Err(Refusal::NoSession.into()),
        (_, Some(_)) => Err(Refusal::BearerDoubled.into()),
        (Authorization::Basic(..) | Authorization::Unusable, None) => Err(Refusal::BearerInvalid.into()),
    }
}

/// Remembers whether the person who gets the page of this refusal is signed in: then it offers no login. One statement
/// if the cookie names a session; none if it is known already, and for the pages of limits and outages.
pub async fn note_viewer(app: &App, request: &HttpRequest, problem: &Problem) {
    if viewer::is_signed_in(request).is_some() || problem.is_outage() || problem.is(Refusal::RateLimited) {
        return;
    }
    if let Some(id) = cookies::named(app, request)
        && matches!(if_live(app, id, app.clock.now()).await, Ok(Some(_)))
    {
        viewer::remember(request, true);
    }
}

/// Whether the session that the cookie names is of a user that was disabled.
pub async fn is_of_disabled_user(app: &App, request: &HttpRequest) -> bool {
    let Some(id) = cookies::named(app, request) else { return false };
    let found = session::look_up(&app.db, id, false).await;
    found.is_ok_and(|found| found.is_some_and(|found| found.session.user_disabled))
}
