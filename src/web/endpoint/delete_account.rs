//! `/account/delete`: a person deletes their own account, if `login.self_deletion` allows it.
//!
//! ```text
//! GET /account/delete ── not fresh ──► page with a button ──► login ──► GET /account/delete?user=…
//!      │ fresh                                                               │ another user: nothing to press
//!      ▼                                                                     ▼
//!     form ──► POST /account/delete ──► GET /account-deleted/{proof}        form
//! ```

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;

use crate::administration::{self, Actor, Deleted};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::login::{self, Freshness};
use crate::session::{ShownTo, SignedIn};
use crate::web::answer::delete_account::{self, QUESTION, Step, WANTED_BY};
use crate::web::answer::negotiate;
use crate::web::answer::page::{self, Viewing};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::caller::Caller;
use crate::web::request::cookies;
use crate::web::request::extract::{OptionalForm, Parameters, Query};
use crate::web::request::login as login_request;

/// The word that a person without an e-mail address types. It is the same in every language.
const WORD: &str = "delete";

/// How long the page after the deletion can be loaded.
const DONE_FOR: TimeDelta = TimeDelta::hours(1);
const DONE: &str = "account deleted";

/// `GET /account/delete`: says what is lost, and asks.
pub async fn ask(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    Query(query): Query,
) -> Result<HttpResponse, Problem> {
    require_allowed(&app)?;
    let (signed_in, viewing) = (&caller.signed_in, Viewing::new(&app, &request));
    if query.get(WANTED_BY).is_some_and(|user| user != signed_in.user.sub.to_string()) {
        return Ok(delete_account::page(viewing, signed_in, Step::OtherUser));
    }
    Ok(match login::freshness_to_delete(&app, &signed_in.session, app.clock.now()).await? {
        Freshness::SignIn(provider) => delete_account::page(viewing, signed_in, Step::SignIn(&provider)),
        Freshness::Fresh | Freshness::Confirm => delete_account::page(viewing, signed_in, Step::Type),
    })
}

/// `POST /account/delete`: deletes the account, after the page that asks.
pub async fn delete(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    require_allowed(&app)?;
    let (signed_in, now) = (&caller.signed_in, app.clock.now());
    let json_only = negotiate::wants_json_only(&request);
    if !is_of_own_page(&app, signed_in, &form) {
        return if json_only { Err(Refusal::InvalidRequest.into()) } else { Ok(to_page(&app)) };
    }
    let fresh = match login::freshness_to_delete(&app, &signed_in.session, now).await? {
        Freshness::SignIn(_) if json_only => return Err(Problem::authentication_too_old(login::FRESH.num_seconds())),
        Freshness::SignIn(_) => return Ok(to_page(&app)),
        Freshness::Fresh => true,
        Freshness::Confirm => false,
    };
    if !is_confirmed_by(signed_in, form.get("typed").unwrap_or_default()) {
        let again = || delete_account::page(Viewing::new(&app, &request), signed_in, Step::TypeAgain);
        return if json_only { Err(Refusal::InvalidRequest.into()) } else { Ok(again()) };
    }
    let (user, session) = (signed_in.user.sub, signed_in.session.id);
    let by = Actor::User { session, ip: login_request::caller(&app, &request).ip, fresh };
    match administration::delete_own(&app.db, &app.endings, (user, session), by, now).await? {
        Deleted::Yes => Ok(deleted(&app, now)),
        Deleted::SessionEnded => Err(Refusal::SessionRevoked.into()),
        Deleted::Disabled => Err(Refusal::UserDisabled.into()),
    }
}

/// `GET /account-deleted/{proof}`: says that the account was deleted. Not part of the answer to the form: to load that again
/// would lead to a login, which creates a new account. Without the proof, any site could lead a person to this sentence.
pub async fn done(app: Data<App>, request: HttpRequest, proof: Path<String>) -> Result<HttpResponse, Problem> {
    if !is_done(&app, &proof, app.clock.now()) {
        return Err(Refusal::NotFound.into());
    }
    Ok(delete_account::deleted(Viewing::new(&app, &request)))
}

fn require_allowed(app: &App) -> Result<(), Problem> {
    if app.config.login.self_deletion { Ok(()) } else { Err(Refusal::NotFound.into()) }
}

/// Whether the form is of the page that was shown to this session.
fn is_of_own_page(app: &App, signed_in: &SignedIn, form: &Parameters) -> bool {
    let shown_to = ShownTo::open(&app.config.ring, QUESTION, form.get("shown_to").unwrap_or_default());
    shown_to == Some(ShownTo::new(&signed_in.session))
}

/// Whether the person typed the e-mail address that the page showed, or the word. Letter case and spaces around do not count.
fn is_confirmed_by(signed_in: &SignedIn, typed: &str) -> bool {
    let expected = signed_in.user.profile.email.as_deref().unwrap_or(WORD);
    typed.trim().to_lowercase() == expected.trim().to_lowercase()
}

fn to_page(app: &App) -> HttpResponse {
    page::see_other(&delete_account::path(app))
}

fn deleted(app: &App, now: Timestamp) -> HttpResponse {
    let proof = URL_SAFE_NO_PAD.encode(app.config.ring.seal(DONE, &now.timestamp().to_be_bytes()));
    let mut answer = page::see_other(&format!("{}/account-deleted/{proof}", app.config.server.public_url.prefix()));
    cookies::sign_out(app, &mut answer);
    answer
}

fn is_done(app: &App, proof: &str, now: Timestamp) -> bool {
    let sealed = URL_SAFE_NO_PAD.decode(proof).unwrap_or_default();
    let opened = app.config.ring.open(DONE, &sealed).ok().and_then(|bytes| bytes.try_into().ok());
    opened.is_some_and(|bytes| now.timestamp() - i64::from_be_bytes(bytes) < DONE_FOR.num_seconds())
}
