//! The authorization request of an app that a login was for: it is resumed after the login, or answered with an error.

use actix_web::{HttpRequest, HttpResponse};

use super::authorize::go;
use crate::app::App;
use crate::authorize::{self, Next, OAuthError};
use crate::base::clock::Timestamp;
use crate::base::id::AuthorizationRequestId;
use crate::login::Code;
use crate::session::SignedIn;
use crate::web::answer::problem::Problem;
use crate::web::answer::to_app::to_app;
use crate::web::request::cookies;

/// Resumes the authorization request that a login was for.
pub async fn after_login(
    app: &App,
    request: &HttpRequest,
    id: AuthorizationRequestId,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let open = authorize::open(app, id, cookies::binding(app, request), now).await?;
    Ok(go(app, request, authorize::resume(app, &open, Some(signed_in), true, now).await?))
}

/// Redirects to the app with an OAuth error after a failed login. `None` where the authorization request cannot be
/// answered any more.
pub async fn after_refusal(
    app: &App,
    request: &HttpRequest,
    id: AuthorizationRequestId,
    code: Code,
    reference: &str,
) -> Option<HttpResponse> {
    let error = match code {
        Code::ProviderDenied | Code::NotAllowed | Code::UserDisabled => OAuthError::AccessDenied,
        Code::ProviderTimeout | Code::ProviderUnavailable | Code::Overloaded => OAuthError::TemporarilyUnavailable,
        _ => OAuthError::ServerError,
    };
    refuse(app, request, id, error, (code, reference)).await
}

/// Answers the app with an OAuth error, whose description names the code and the reference of the login.
pub async fn refuse(
    app: &App,
    request: &HttpRequest,
    id: AuthorizationRequestId,
    error: OAuthError,
    (code, reference): (Code, &str),
) -> Option<HttpResponse> {
    let now = app.clock.now();
    let open = authorize::open(app, id, cookies::binding(app, request), now).await.ok()?;
    let why = format!("{} (reference {reference})", code.as_str());
    let answer = authorize::give_up(app, &open, error, why, now).await.ok()?;
    Some(to_app(app, request.method(), &answer))
}

/// Resumes the authorization request of an app with a session that the browser has. `None` where it needs a login, or cannot be
/// resumed.
pub async fn without_login(
    app: &App,
    request: &HttpRequest,
    id: AuthorizationRequestId,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Option<HttpResponse> {
    let open = authorize::open(app, id, cookies::binding(app, request), now).await.ok()?;
    match authorize::resume(app, &open, Some(signed_in), false, now).await.ok()? {
        Next::SignIn(..) => None,
        next => Some(go(app, request, next)),
    }
}
