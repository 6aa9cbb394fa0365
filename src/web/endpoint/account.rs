//! The account page, `GET /account`, and its forms for identities. The page needs no script.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::fresh_login::{self, Missing};
use super::identities::{self, RemovalOutcome};
use super::sessions;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::id::SubId;
use crate::login::{self, Confirmation, Freshness};
use crate::pages::Done;
use crate::session::{self, Overview, ShownTo, SignedIn};
use crate::web::answer::account;
use crate::web::answer::confirm_identity;
use crate::web::answer::list_pages::Lists;
use crate::web::answer::negotiate;
use crate::web::answer::page::{self, Viewing};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::remove_identity;
use crate::web::request::caller::Caller;
use crate::web::request::cookies;
use crate::web::request::extract::{OptionalForm, Parameters};
use crate::web::request::login as login_request;

/// `GET /account`: the user's profile, sessions and identities. The query names pages of the lists, and what was just done.
pub async fn show(app: Data<App>, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let overview = overview(&app, &caller.signed_in, now).await?;
    let query = Parameters::parse_all(request.query_string()).map_or_else(|_| Parameters::none(), |(query, _)| query);
    let lists = Lists::of(|name| query.get(name));
    let done = query.get("done").and_then(Done::of);
    Ok(account::page(Viewing::new(&app, &request), &caller.signed_in, &overview, (lists, done), now))
}

/// What the account page shows of the user. One statement.
pub(super) async fn overview(app: &App, signed_in: &SignedIn, now: Timestamp) -> Result<Overview, Problem> {
    let (session, lifetime) = (signed_in.session.clone(), app.lifetime);
    let read = move |conn: &mut _| session::overview(conn, &session, lifetime, now, sessions::MAX_LISTED);
    Ok(app.db.run("show account", read).await?)
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
        return Ok(page::see_other(&page::account_path(&app)));
    }
    let provider = provider.into_inner();
    if let Some(answer) = before_change(&app, &caller.signed_in, &request, &form, ("link", &provider)).await? {
        return Ok(answer);
    }
    let (begun, cookie) = identities::begin(&app, &request, &caller.signed_in, provider).await?;
    let mut answer = page::see_other(&begun.url);
    let _always_a_cookie = answer.add_cookie(&cookie);
    Ok(answer)
}

/// `POST /account/identities/{id}/unlink`: removes an identity, or requests that, after the page that asks. Idempotent: an
/// unknown identity is not an error.
pub async fn unlink(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    let signed_in = &caller.signed_in;
    if !is_for(&app, signed_in, &form) {
        return Ok(page::see_other(&page::account_path(&app)));
    }
    if let Some(answer) = question(&app, signed_in, &request, &form, &id) {
        return Ok(answer);
    }
    if let Some(answer) = before_change(&app, signed_in, &request, &form, ("unlink", &id)).await? {
        return Ok(answer);
    }
    remove_and_show(Viewing::new(&app, &request), signed_in, &id).await
}

/// The redirect to the page that asks before an identity is removed; `None` for the form of that page, and for a program.
fn question(
    app: &App,
    signed_in: &SignedIn,
    request: &HttpRequest,
    form: &Parameters,
    id: &str,
) -> Option<HttpResponse> {
    let sealed = form.get("confirm").unwrap_or_default();
    let is_confirmed = login::is_confirmed(app, &signed_in.session, ("unlink", id), sealed);
    let is_asked = !is_confirmed && !negotiate::wants_json_only(request);
    is_asked.then(|| page::see_other(&confirm_identity::path(app, "unlink", id)))
}

/// Removes the identity. If that ended the current session, a page says so; otherwise the account page shows the rest.
async fn remove_and_show(viewing: Viewing<'_>, signed_in: &SignedIn, id: &str) -> Result<HttpResponse, Problem> {
    let app = viewing.app;
    let identity = match id.parse() {
        Ok(id) => login::removal(app, signed_in, id).await?,
        Err(_) => None,
    };
    let removed = match identities::remove(app, signed_in, id).await {
        Err(problem) if problem.is(Refusal::NotFound) => return Ok(page::see_other(&page::account_path(app))),
        removed => removed?,
    };
    let ended = removed == RemovalOutcome::Removed { session_ended: true };
    let Some(identity) = identity.filter(|_| ended) else {
        let is_scheduled = matches!(removed, RemovalOutcome::Scheduled(_));
        let done = if is_scheduled { Done::IdentityRequested } else { Done::Identity };
        return Ok(page::see_other(&page::account_after(app, done)));
    };
    let mut answer = remove_identity::removed(viewing, &identity);
    cookies::sign_out(app, &mut answer);
    Ok(answer)
}

/// `POST /account/identities/{id}/keep`: takes a requested removal back. Idempotent.
pub async fn cancel_removal(
    app: Data<App>,
    caller: Caller,
    id: Path<String>,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if !is_for(&app, &caller.signed_in, &form) {
        return Ok(page::see_other(&page::account_path(&app)));
    }
    let id = id.parse().map_err(|_| Refusal::NotFound)?;
    login::cancel_removal(&app, &caller.signed_in, id, app.clock.now()).await?;
    Ok(page::see_other(&page::account_after(&app, Done::IdentityKept)))
}

/// Whether the form is of a page that was shown to this session. Another person may have signed in with the same browser
/// since, in another tab; then nothing changes, and the page of that person is shown. A script of this site sends no such
/// value: it knows its session.
pub(super) fn is_for(app: &App, signed_in: &SignedIn, form: &Parameters) -> bool {
    let Some(sealed) = form.get("shown_to") else { return true };
    let shown_to = ShownTo::open(&app.config.ring, account::ACCOUNT_QUESTION, sealed);
    shown_to == Some(ShownTo::new(&signed_in.session))
}

/// `GET /account/identities/{provider}/link`: asks to confirm a link, if no provider shows a fresh login.
pub async fn confirm_link(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    provider: Path<String>,
) -> Result<HttpResponse, Problem> {
    if app.providers.get(&provider).is_none() {
        return Err(Refusal::NotFound.into());
    }
    let signed_in = &caller.signed_in;
    let confirm = confirm_value(&app, signed_in, "link", &provider)?;
    Ok(confirm_identity::page(Viewing::new(&app, &request), signed_in, &provider, confirm))
}

/// `GET /account/identities/{id}/unlink`: asks before an identity is removed.
pub async fn confirm_unlink(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let (signed_in, id) = (&caller.signed_in, id.parse::<SubId>().map_err(|_| Refusal::NotFound)?);
    let identity = login::removal(&app, signed_in, id).await?.ok_or(Refusal::NotFound)?;
    if identity.last {
        return Err(Refusal::LastIdentity.into());
    }
    let freshness = login::freshness(&app, &signed_in.session, app.clock.now()).await?;
    let confirm = confirm_value(&app, signed_in, "unlink", &id.to_string())?;
    let recorded = freshness == Freshness::Confirm;
    Ok(remove_identity::page(
        Viewing::new(&app, &request),
        signed_in,
        &identity,
        confirm_identity::path(&app, "unlink", &id.to_string()),
        recorded,
        confirm,
    ))
}

fn confirm_value(app: &App, signed_in: &SignedIn, action: &str, which: &str) -> Result<String, Problem> {
    login::confirm_value(app, &signed_in.session, action, which).ok_or_else(|| Refusal::Internal.into())
}

/// The step before a change of the identities: a redirect to a new login at a provider that shows when it authenticated
/// the person, or to the page that asks to confirm. `None` if the login is fresh, or the person has confirmed.
async fn before_change(
    app: &App,
    signed_in: &SignedIn,
    request: &HttpRequest,
    form: &Parameters,
    (action, which): (&'static str, &str),
) -> Result<Option<HttpResponse>, Problem> {
    let Some(missing) = fresh_login::missing(app, signed_in, (action, which)).await? else { return Ok(None) };
    if matches!(missing, Missing::Confirmation(_))
        && is_confirmed_by(app, signed_in, request, form, (action, which)).await?
    {
        return Ok(None);
    }
    if negotiate::wants_json_only(request) {
        return Err(missing.problem(app));
    }
    let path = match missing {
        Missing::Confirmation(page) => page,
        Missing::Login(provider) if action == "unlink" => {
            confirm_identity::fresh_login(app, &provider, &confirm_identity::path(app, action, which))
        }
        Missing::Login(provider) => confirm_identity::fresh_login(app, &provider, &page::account_path(app)),
    };
    Ok(Some(page::see_other(&path)))
}

/// Whether the form is of the page that asks to confirm this change; audits the confirmation.
async fn is_confirmed_by(
    app: &App,
    signed_in: &SignedIn,
    request: &HttpRequest,
    form: &Parameters,
    (action, which): (&'static str, &str),
) -> Result<bool, Problem> {
    let Some(sealed) = form.get("confirm") else { return Ok(false) };
    let (session, ip) = (&signed_in.session, login_request::caller(app, request).ip);
    let confirmation = Confirmation { user: session.user, session: session.id, ip, action, which: which.to_owned() };
    Ok(login::confirm(app, session, confirmation, sealed, app.clock.now()).await?)
}
