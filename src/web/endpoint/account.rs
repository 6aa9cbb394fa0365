//! The account page, `GET /account`, and its forms. The page needs no script.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::identities;
use super::sessions;
use crate::account::Identity;
use crate::app::App;
use crate::base::id::SubId;
use crate::login::{self, Confirmation, Freshness};
use crate::logout;
use crate::session::{self, Listed, ShownTo, SignedIn};
use crate::web::answer::confirm_identity;
use crate::web::answer::negotiate;
use crate::web::answer::pages;
use crate::web::answer::problem::Problem;
use crate::web::request::caller::Caller;
use crate::web::request::cookies;
use crate::web::request::extract::{OptionalForm, Parameters};
use crate::web::request::login as login_request;

/// `GET /account`: the user's profile, sessions and identities.
pub async fn show(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let (devices, identities) = of(&app, &caller.signed_in).await?;
    Ok(pages::account(&app, &caller.signed_in, &devices, &identities))
}

/// The sessions and the identities of the user of `signed_in`. One query.
async fn of(app: &App, signed_in: &SignedIn) -> Result<(Vec<Listed>, Vec<Identity>), Problem> {
    let (user, lifetime, now) = (signed_in.user.sub, app.lifetime, app.clock.now());
    let (listed, identities) = app
        .db
        .run("show account", move |conn| session::list_beside(conn, user, lifetime, now, sessions::MAX_LISTED))
        .await?;
    Ok((listed, serde_json::from_value(identities).unwrap_or_default()))
}

/// `POST /account/identities/{provider}/link`: begins to link an identity at a provider.
pub async fn link(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    provider: Path<String>,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if !is_for(&app, &caller.signed_in, &form) {
        return Ok(pages::see_other(&pages::account_path(&app)));
    }
    let provider = provider.into_inner();
    if let Some(answer) = wants_fresh_login(&app, &caller.signed_in, &request, &form, ("link", &provider)).await? {
        return Ok(answer);
    }
    let (begun, cookie) = identities::begin(&app, &request, &caller.signed_in, provider).await?;
    let mut answer = pages::see_other(&begun.url);
    let _always_a_cookie = answer.add_cookie(&cookie);
    Ok(answer)
}

/// `POST /account/identities/{id}/unlink`: removes an identity. Idempotent: an unknown identity is not an error.
pub async fn unlink(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if !is_for(&app, &caller.signed_in, &form) {
        return Ok(pages::see_other(&pages::account_path(&app)));
    }
    if let Some(answer) = wants_fresh_login(&app, &caller.signed_in, &request, &form, ("unlink", &id)).await? {
        return Ok(answer);
    }
    let session_ended = match identities::given_up(&app, &caller.signed_in, &id).await {
        Ok(session_ended) => session_ended,
        Err(problem) if problem.is_not_found() => false,
        Err(problem) => return Err(problem),
    };
    let mut answer = pages::see_other(&pages::account_path(&app));
    if session_ended {
        cookies::clear_session(&app, &mut answer);
    }
    Ok(answer)
}

/// Whether the form is of a page that was shown to this session. Another person may have signed in with the same browser
/// since, in another tab; then nothing changes, and the page of that person is shown. A script of this site sends no such
/// value: it knows its session.
fn is_for(app: &App, signed_in: &SignedIn, form: &Parameters) -> bool {
    let Some(sealed) = form.get("shown_to") else { return true };
    let shown_to = ShownTo::open(&app.config.ring, pages::ACCOUNT_QUESTION, sealed);
    shown_to == Some(ShownTo::new(&signed_in.session))
}

/// `GET /account/identities/{provider}/link`: asks to confirm a link, where no provider shows a fresh login.
pub async fn confirm_link(app: Data<App>, caller: Caller, provider: Path<String>) -> Result<HttpResponse, Problem> {
    if app.providers.get(&provider).is_none() {
        return Err(Problem::not_found());
    }
    confirm_page(&app, &caller.signed_in, "link", &provider)
}

/// `GET /account/identities/{id}/unlink`: asks to confirm the removal of an identity, where no provider shows a fresh login.
pub async fn confirm_unlink(app: Data<App>, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id: SubId = id.parse().map_err(|_| Problem::not_found())?;
    confirm_page(&app, &caller.signed_in, "unlink", &id.to_string())
}

fn confirm_page(app: &App, signed_in: &SignedIn, action: &str, which: &str) -> Result<HttpResponse, Problem> {
    let confirm = login::confirm_value(app, &signed_in.session, action, which).ok_or_else(Problem::internal)?;
    Ok(confirm_identity::page(app, signed_in, action, which, confirm))
}

/// What stands before a change of the identities: a redirect to a new login at a provider that shows when it authenticated
/// the person, or to the page that asks to confirm. `None` where the login is fresh, or the person has confirmed.
async fn wants_fresh_login(
    app: &App,
    signed_in: &SignedIn,
    request: &HttpRequest,
    form: &Parameters,
    (action, which): (&'static str, &str),
) -> Result<Option<HttpResponse>, Problem> {
    let (session, now) = (&signed_in.session, app.clock.now());
    let freshness = login::freshness(app, session, now).await?;
    if freshness == Freshness::Fresh {
        return Ok(None);
    }
    let page = confirm_identity::path(app, action, which);
    let (prefix, account) = (app.config.server.public_url.prefix(), pages::account_path(app));
    let for_program = |problem: Problem| if negotiate::wants_json_only(request) { Err(problem) } else { Ok(()) };
    let max_age = login::FRESH.num_seconds();
    if let Freshness::SignIn(provider) = freshness {
        for_program(Problem::authentication_too_old(max_age))?;
        // `max_age=60` makes the provider authenticate the user again instead of using its own session.
        return Ok(Some(pages::see_other(&format!("{prefix}/login/{provider}?return_to={account}&max_age=60"))));
    }
    if let Some(sealed) = form.get("confirm") {
        let ip = login_request::caller(app, request).ip;
        let confirmation =
            Confirmation { user: session.user, session: session.id, ip, action, which: which.to_owned() };
        if login::confirm(app, session, confirmation, sealed, now).await? {
            return Ok(None);
        }
    }
    for_program(Problem::confirmation_needed(max_age, format!("{}{page}", app.config.server.public_url.origin())))?;
    Ok(Some(pages::see_other(&page)))
}

/// `POST /account/sessions/{id}/end`: ends one session. Idempotent: an ended session is not an error.
pub async fn end_one(
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if !is_for(&app, &caller.signed_in, &form) {
        return Ok(pages::see_other(&pages::account_path(&app)));
    }
    let id = id.parse().map_err(|_| Problem::not_found())?;
    logout::one(&app, caller.signed_in.user.sub, id, app.clock.now()).await?;
    let mut answer = pages::see_other(&pages::account_path(&app));
    if id == caller.signed_in.session.id {
        cookies::clear_session(&app, &mut answer);
    }
    Ok(answer)
}

/// `POST /account/sessions/end-others`: ends all sessions but the current one.
pub async fn end_others(
    app: Data<App>,
    caller: Caller,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if !is_for(&app, &caller.signed_in, &form) {
        return Ok(pages::see_other(&pages::account_path(&app)));
    }
    let (user, own) = (caller.signed_in.user.sub, caller.signed_in.session.id);
    logout::others(&app, user, own, app.clock.now()).await?;
    Ok(pages::see_other(&pages::account_path(&app)))
}
