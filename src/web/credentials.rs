//! The session behind a cookie or behind an access token, and whether the credentials are good for an endpoint.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::web::Payload;

use super::authorization::Authorization;
use super::caller::Means;
use super::cookies::{self, SessionCookie};
use super::extract;
use super::problem::Problem;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::SessionId;
use crate::base::secret::Plain;
use crate::gate;
use crate::session::SignedIn;
use crate::token::{self, ACCOUNT_SCOPE, AccessClaims, BUILT_IN_CLIENT, has_scope};

/// Credentials of ours, and the session that they name. Whether that one lives is not looked at.
pub struct Credential {
    /// The session.
    pub session: SessionId,
    /// How it was named.
    pub means: Means,
}

/// The session cookie alone, whatever stands in `Authorization`.
pub fn by_cookie(app: &App, request: &HttpRequest) -> Result<Credential, Problem> {
    match cookies::session(app, request) {
        SessionCookie::Names(session) => Ok(Credential { session, means: Means::Cookie }),
        SessionCookie::Missing | SessionCookie::Garbage => Err(Problem::no_session()),
    }
}

/// The session cookie, or any access token of the built-in client.
pub fn of_built_in_client(app: &App, request: &HttpRequest, now: Timestamp) -> Result<Credential, Problem> {
    match bearer(app, request, now)? {
        Some(claims) => of_session(claims),
        None => by_cookie(app, request),
    }
}

/// The session cookie, or an access token that was asked for to act for its user. Services are handed the other tokens: a
/// service could link an identity of its own, and sign in as the user from then on.
pub fn for_account(app: &App, request: &HttpRequest, now: Timestamp) -> Result<Credential, Problem> {
    let Some(claims) = bearer(app, request, now)? else { return by_cookie(app, request) };
    let issuer = app.config.server.public_url.issuer();
    if claims.aud.is_only(issuer) && has_scope(&claims.scope, ACCOUNT_SCOPE) {
        of_session(claims)
    } else {
        Err(Problem::account_scope_wanted())
    }
}

/// An access token with the scope `openid`, of any client and any audience: that it has the scope says that it is meant for
/// here (OpenID Connect Core §5.3).
pub async fn for_openid(
    app: &App,
    request: &HttpRequest,
    payload: Payload,
    now: Timestamp,
) -> Result<Credential, Problem> {
    let token = access_token(app, request, payload).await?;
    let issuer = app.config.server.public_url.issuer();
    let verified = token::verify_for_any(&app.keys, issuer, token.expose(), now);
    let claims = verified.map_err(|_| Problem::bearer_invalid())?;
    gate::check(app, &claims)?;
    let session = claims.sid.filter(|_| has_scope(&claims.scope, "openid"));
    let session = session.ok_or_else(|| Problem::insufficient_scope("openid"))?;
    Ok(Credential { session, means: Means::Token { scope: claims.scope } })
}

/// The session of that id, if it lives: nobody, where it was ended or timed out.
pub async fn if_live(app: &App, id: SessionId, now: Timestamp) -> Result<Option<SignedIn>, Problem> {
    match gate::live(app, id, now).await {
        Ok(signed_in) => Ok(Some(signed_in)),
        Err(gate::Refused::Revoked | gate::Refused::Expired | gate::Refused::TokenRevoked) => Ok(None),
        Err(unknown) => Err(unknown.into()),
    }
}

/// The claims of the built-in client's token in `Authorization`; `None` where there is no such header. Anything else in it is
/// refused, also where a cookie came along: what is named explicitly decides.
fn bearer(app: &App, request: &HttpRequest, now: Timestamp) -> Result<Option<AccessClaims>, Problem> {
    let token = match Authorization::of(request) {
        Authorization::Missing => return Ok(None),
        Authorization::Bearer(token) => token,
        Authorization::Basic(..) | Authorization::Unusable => return Err(Problem::bearer_invalid()),
    };
    let issuer = app.config.server.public_url.issuer();
    let claims = token::verify(&app.keys, issuer, token.expose(), now).map_err(|_| Problem::bearer_invalid())?;
    // An app's token opens nothing here: no service that is handed one can act on its user's session.
    let is_good = claims.client_id == BUILT_IN_CLIENT && !app.watch.is_jti_revoked(claims.jti);
    if is_good { Ok(Some(claims)) } else { Err(Problem::bearer_invalid()) }
}

fn of_session(claims: AccessClaims) -> Result<Credential, Problem> {
    let session = claims.sid.ok_or_else(Problem::bearer_invalid)?;
    Ok(Credential { session, means: Means::Token { scope: claims.scope } })
}

/// The token, from the one place where it is: the header, or the form of a `POST` (RFC 6750 §2). Never the query.
async fn access_token(app: &App, request: &HttpRequest, payload: Payload) -> Result<Plain, Problem> {
    let mut posted = None;
    if request.method() == Method::POST && extract::media_type(request) == extract::FORM {
        let form = extract::form(request, payload, app.config.limits.body_bytes).await?;
        posted = form.get("access_token").map(Plain::new);
    }
    match (Authorization::of(request), posted) {
        (Authorization::Bearer(token), None) | (Authorization::Missing, Some(token)) => Ok(token),
        (Authorization::Missing, None) => Err(Problem::no_session()),
        (_, Some(_)) => Err(Problem::bearer_doubled()),
        (Authorization::Basic(..) | Authorization::Unusable, None) => Err(Problem::bearer_invalid()),
    }
}
