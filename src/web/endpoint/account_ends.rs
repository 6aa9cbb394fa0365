//! The pages and forms of the account page that sign out a device, all other devices, or an app, or withdraw a consent. Each asks
//! first; a form is idempotent, and the account page says afterwards what was done.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::account::{is_for, overview};
use crate::app::App;
use crate::authorize;
use crate::base::id::{ConsentId, SessionId};
use crate::logout;
use crate::pages::{Done, EndQuestion};
use crate::web::answer::account;
use crate::web::answer::page::{self, Viewing};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::caller::Caller;
use crate::web::request::cookies;
use crate::web::request::extract::OptionalForm;

/// `GET /account/sessions/{id}/end`: asks before a session is ended.
pub async fn ask_session(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (signed_in, id) = (&caller.signed_in, session_id(&id)?);
    let overview = overview(&app, signed_in, app.clock.now()).await?;
    let found = overview.devices.iter().find(|one| one.listed.id == id);
    let what = found.map(|one| account::device_question(&one.listed, signed_in.session.id));
    Ok(ask(&app, &caller, &request, what, &format!("sessions/{id}/end")))
}

/// `GET /account/sessions/end-others`: asks before all sessions but the current one are ended.
pub async fn ask_others(app: Data<App>, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let overview = overview(&app, &caller.signed_in, app.clock.now()).await?;
    let count = account::others(&overview, caller.signed_in.session.id);
    let what = (count > 0).then_some(EndQuestion::Others { count });
    Ok(ask(&app, &caller, &request, what, "sessions/end-others"))
}

/// `GET /account/apps/{id}/end`: asks before the sessions of an app under a session are ended.
pub async fn ask_app(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = session_id(&id)?;
    let overview = overview(&app, &caller.signed_in, app.clock.now()).await?;
    let what = account::app_question(&app, &overview, id);
    Ok(ask(&app, &caller, &request, what, &format!("apps/{id}/end")))
}

/// `POST /account/sessions/{id}/end`: ends one session. Idempotent: an ended session is not an error.
pub async fn end_session(
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if !is_for(&app, &caller.signed_in, &form) {
        return Ok(page::see_other(&page::account_path(&app)));
    }
    let id = session_id(&id)?;
    logout::end_session(&app, caller.signed_in.user.sub, id, app.clock.now()).await?;
    if id == caller.signed_in.session.id {
        let mut answer = page::see_other(&page::account_path(&app));
        cookies::sign_out(&app, &mut answer);
        return Ok(answer);
    }
    Ok(page::see_other(&page::account_after(&app, Done::Device)))
}

/// `POST /account/sessions/end-others`: ends all sessions but the current one.
pub async fn end_others(
    app: Data<App>,
    caller: Caller,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if !is_for(&app, &caller.signed_in, &form) {
        return Ok(page::see_other(&page::account_path(&app)));
    }
    let (user, own) = (caller.signed_in.user.sub, caller.signed_in.session.id);
    logout::end_other_sessions(&app, user, own, app.clock.now()).await?;
    Ok(page::see_other(&page::account_after(&app, Done::Others)))
}

/// `POST /account/apps/{id}/end`: ends the sessions of one app under a session, by the id of one of them. Idempotent.
pub async fn end_app(
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if !is_for(&app, &caller.signed_in, &form) {
        return Ok(page::see_other(&page::account_path(&app)));
    }
    logout::end_app(&app, caller.signed_in.user.sub, session_id(&id)?, app.clock.now()).await?;
    Ok(page::see_other(&page::account_after(&app, Done::App)))
}

/// `GET /account/consents/{id}/withdraw`: asks before a consent is withdrawn.
pub async fn ask_withdraw(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = id.parse::<ConsentId>().map_err(|_| Refusal::NotFound)?;
    let overview = overview(&app, &caller.signed_in, app.clock.now()).await?;
    let what = account::consent_question(&app, &overview, id);
    Ok(ask(&app, &caller, &request, what, &format!("consents/{id}/withdraw")))
}

/// `POST /account/consents/{id}/withdraw`: withdraws a consent, and ends the sessions of its app. Idempotent.
pub async fn withdraw(
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if !is_for(&app, &caller.signed_in, &form) {
        return Ok(page::see_other(&page::account_path(&app)));
    }
    let id = id.parse::<ConsentId>().map_err(|_| Refusal::NotFound)?;
    authorize::withdraw_consent(&app, caller.signed_in.user.sub, id, app.clock.now()).await?;
    Ok(page::see_other(&page::account_after(&app, Done::Consent)))
}

fn session_id(text: &str) -> Result<SessionId, Problem> {
    text.parse().map_err(|_| Refusal::NotFound.into())
}

/// The page with the question; the account page if there is nothing to end any more.
fn ask(app: &App, caller: &Caller, request: &HttpRequest, what: Option<EndQuestion<'_>>, path: &str) -> HttpResponse {
    match what {
        Some(what) => account::question(Viewing::new(app, request), &caller.signed_in, what, path),
        None => page::see_other(&page::account_path(app)),
    }
}
