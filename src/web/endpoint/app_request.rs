//! The authorization request of an app that a login was for: it is resumed after the login.

use actix_web::{HttpRequest, HttpResponse};

use super::authorize::{redirect_to_next, signed_in};
use crate::app::App;
use crate::authorize::{self, Next};
use crate::base::clock::Timestamp;
use crate::base::id::AuthorizationRequestId;
use crate::session::SignedIn;
use crate::web::answer::problem::Problem;
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
    redirect_to_next(app, request, authorize::resume(app, &open, Some(signed_in), true, now).await?)
}

/// Resumes the authorization request of an app with a session that the browser has. `None` if it needs a login, or
/// cannot be resumed.
pub async fn without_login(
    app: &App,
    request: &HttpRequest,
    id: AuthorizationRequestId,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Option<HttpResponse> {
    let open = authorize::open(app, id, cookies::binding(app, request), now).await.ok()?;
    match authorize::resume(app, &open, Some(signed_in), false, now).await.ok()? {
        Next::SignIn(..) | Next::Denied(_) => None,
        next => redirect_to_next(app, request, next).ok(),
    }
}

/// Continues a request whose login came back a second time; `None` if it cannot be continued.
pub async fn continued(
    app: &App,
    request: &HttpRequest,
    id: AuthorizationRequestId,
    now: Timestamp,
) -> Result<Option<HttpResponse>, Problem> {
    let Ok(open) = authorize::open(app, id, cookies::binding(app, request), now).await else { return Ok(None) };
    let signed_in = signed_in(app, request, now).await?;
    redirect_to_next(app, request, authorize::resume(app, &open, signed_in.as_ref(), false, now).await?).map(Some)
}
