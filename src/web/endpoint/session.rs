//! `GET /session`, `POST /session/token`: the current session, and access tokens for it.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use serde_json::json;

use crate::account::User;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::session::{Aal, SignedIn};
use crate::token::{self, BUILT_IN_CLIENT};
use crate::web::answer::problem::Problem;
use crate::web::request::caller::Caller;
use crate::web::request::extract::OptionalForm;

/// `GET /session`: the session and its user.
pub async fn show(app: Data<App>, caller: Caller) -> HttpResponse {
    HttpResponse::Ok().json(view(&app, &caller.signed_in))
}

/// `POST /session/token`: an access token for a same-site app without a refresh token. The form parameter `resource`
/// limits it to one audience (RFC 8707); the issuer as `resource` gives it the scope `account`.
pub async fn token(app: Data<App>, caller: Caller, OptionalForm(form): OptionalForm) -> Result<HttpResponse, Problem> {
    let signed_in = &caller.signed_in;
    let (now, scope) = (app.clock.now(), &signed_in.session.scopes);
    let issued = match form.get("resource") {
        None => token::issue(&app, signed_in, now),
        Some(resource) if token::is_issuer(&app, resource) => {
            token::issue_for_account(&app, signed_in, scope, now).map(|(issued, _)| issued)
        }
        Some(resource) if token::may_be_for(&app, BUILT_IN_CLIENT, resource) => {
            token::issue_scoped(&app, signed_in, scope.clone(), Some(resource), now)
        }
        Some(_) => return Err(Problem::invalid_request()),
    };
    let issued = issued.map_err(Problem::from)?;
    Ok(HttpResponse::Ok().json(json!({
        "access_token": issued.token.expose(), "token_type": "Bearer", "expires_in": issued.expires_in,
    })))
}

#[derive(Serialize)]
struct SessionView<'a> {
    sub: UserId,
    sid: SessionId,
    provider: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aal: Option<Aal>,
    expires_at: Timestamp,
    idle_expires_at: Timestamp,
    user: &'a User,
}

fn view<'a>(app: &App, signed_in: &'a SignedIn) -> SessionView<'a> {
    let session = &signed_in.session;
    SessionView {
        sub: signed_in.user.sub,
        sid: session.id,
        provider: &session.provider,
        auth_time: session.stated_auth_time(),
        aal: session.aal,
        expires_at: session.not_after,
        idle_expires_at: app.lifetime.idle_expires_at(session),
        user: &signed_in.user,
    }
}
