//! `GET /session`, `POST /session/token`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::cookies::{self, SessionCookie};
use super::cors;
use super::credentials::{self, Means};
use super::problem::Problem;
use super::throttle::Throttles;
use crate::app::App;
use crate::session::SignedIn;
use crate::token;

/// Who is signed in.
pub async fn show(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let now = app.clock.now();
    let answer = match credentials::signed_in(&app, &request, now).await {
        Ok((signed_in, _)) => HttpResponse::Ok().json(view(&app, &signed_in)),
        Err(problem) => refuse(&app, &request, problem),
    };
    cors::allow(&app, &request, answer)
}

/// An access token for a same-site app that keeps no refresh token.
pub async fn token(app: Data<App>, throttles: Data<Throttles>, request: HttpRequest) -> HttpResponse {
    let answer = issue(&app, &throttles, &request).await;
    cors::allow(&app, &request, answer.unwrap_or_else(|problem| refuse(&app, &request, problem)))
}

async fn issue(app: &App, throttles: &Throttles, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    throttles.token(app, request)?;
    if !cors::may_change(app, request) {
        return Err(Problem::foreign_origin());
    }
    let now = app.clock.now();
    let (signed_in, means) = credentials::signed_in(app, request, now).await?;
    if means != Means::Cookie {
        return Err(Problem::no_session());
    }
    let issued = token::issue(app, &signed_in, now).map_err(|error| super::json_door::cannot_sign(&error))?;
    Ok(HttpResponse::Ok().json(json!({
        "access_token": issued.token.expose(), "token_type": "Bearer", "expires_in": issued.expires_in,
    })))
}

fn view(app: &App, signed_in: &SignedIn) -> serde_json::Value {
    let session = &signed_in.session;
    json!({
        "sub": signed_in.user.sub,
        "sid": session.id,
        "provider": session.provider,
        "auth_time": session.auth_time,
        "expires_at": session.not_after,
        "idle_expires_at": app.lifetime.idle_expires_at(session),
        "user": signed_in.user,
    })
}

/// A refusal for a program. What is no cookie of ours is taken away.
pub fn refuse(app: &App, request: &HttpRequest, problem: Problem) -> HttpResponse {
    let mut answer = problem.for_program(request);
    clear_if_garbage(app, request, &mut answer);
    answer
}

/// A cookie that is not ours is taken away (SE-04); one of ours stays, whatever became of its session.
pub fn clear_if_garbage(app: &App, request: &HttpRequest, answer: &mut HttpResponse) {
    if matches!(cookies::session(app, request), SessionCookie::Garbage) {
        cookies::clear_session(app, answer);
    }
}
