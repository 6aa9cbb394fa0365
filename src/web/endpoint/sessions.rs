//! `GET /sessions`, `DELETE /sessions/{id}`, `DELETE /sessions?scope=…`: a user's own sessions.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;

use crate::app::App;
use crate::logout;
use crate::session::{self, Listed};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::caller::Caller;
use crate::web::request::cookies;
use crate::web::request::extract::Query;

/// The maximum number of sessions in one answer. The list has no further pages.
pub const MAX_LISTED: i64 = 1000;

#[derive(Serialize)]
struct Sessions {
    sessions: Vec<SessionView>,
}

#[derive(Serialize)]
struct Revoked {
    /// The number of sessions that were ended.
    revoked: usize,
}

/// A session. `current`: whether the request's credentials belong to it.
#[derive(Serialize)]
struct SessionView {
    current: bool,
    #[serde(flatten)]
    listed: Listed,
}

/// `GET /sessions`: the sessions of the user, newest first. One query.
pub async fn list(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let signed_in = &caller.signed_in;
    let (user, lifetime, now) = (signed_in.user.sub, app.lifetime, app.clock.now());
    let listed = app.db.run("list sessions", move |conn| session::list(conn, user, lifetime, now, MAX_LISTED)).await?;
    let view = |listed: Listed| SessionView { current: listed.id == signed_in.session.id, listed };
    let sessions = listed.into_iter().map(view).collect();
    Ok(HttpResponse::Ok().json(Sessions { sessions }))
}

/// `DELETE /sessions/{id}`: ends one session of the user. 404 for a session of another user.
pub async fn end_one(app: Data<App>, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let signed_in = &caller.signed_in;
    let id = id.parse().map_err(|_| Refusal::NotFound)?;
    if !logout::end_session(&app, signed_in.user.sub, id, app.clock.now()).await? {
        return Err(Refusal::NotFound.into());
    }
    let mut answer = HttpResponse::NoContent().finish();
    if caller.is_by_cookie() && id == signed_in.session.id {
        cookies::sign_out(&app, &mut answer);
    }
    Ok(answer)
}

/// `DELETE /sessions`: with `scope=others` ends all sessions but the current one, with `scope=all` also that one.
pub async fn end_many(app: Data<App>, caller: Caller, Query(parameters): Query) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let (user, own) = (caller.signed_in.user.sub, caller.signed_in.session.id);
    let (revoked, all) = match parameters.get("scope") {
        Some("others") => (logout::end_other_sessions(&app, user, own, now).await?, false),
        Some("all") => (logout::end_all_sessions(&app, user, now).await?, true),
        Some(_) => return Err(Problem::invalid("The parameter scope is others or all.")),
        None => return Err(Problem::invalid("The parameter scope is missing: others or all.")),
    };
    let mut answer = HttpResponse::Ok().json(Revoked { revoked });
    if all && caller.is_by_cookie() {
        cookies::sign_out(&app, &mut answer);
    }
    Ok(answer)
}
