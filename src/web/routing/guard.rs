//! Decides by the table of routes whether a request reaches its handler.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Data, Payload};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};

use super::cors;
use super::route::{Access, Cors, Entry, Limit, OriginRule, Row, Surface};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::config::SameSite;
use crate::gate;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::{cookies_conflict, goes_on, negotiate, page};
use crate::web::request::caller::{Caller, FromListedOrigin, Means};
use crate::web::request::cookies::{self, SessionCookie};
use crate::web::request::credentials::{self, Credential};
use crate::web::request::extract;
use crate::web::request::refused_request;
use crate::web::request::throttle::Throttles;

/// Checks a request against its row and adds the CORS headers to the answer. The handler gets the result as [`Caller`]
/// or [`FromListedOrigin`]. Methods without an entry, and preflight requests, pass unchecked to their own handlers.
pub async fn guard(
    row: &'static Row,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let app = request.app_data::<Data<App>>().cloned();
    let (Some(app), Some(entry)) = (app, row.entry(request.method())) else { return next.call(request).await };
    if let Some(page) = page_that_goes_on(&app, entry, request.request()) {
        return Ok(request.into_response(page));
    }
    let mut answer = match check_request(&app, entry, &mut request).await {
        Ok(()) => next.call(request).await?,
        Err(problem) => request.error_response(problem),
    };
    let asked = answer.request().clone();
    if let Some(problem) = answer.response().error().and_then(Error::as_error::<Problem>) {
        let limited = count_unknown_state(&app, entry, &asked, problem).err();
        let rendered = render(&app, row.surface, entry.access, &asked, limited.as_ref().unwrap_or(problem)).await;
        answer = answer.into_response(rendered);
    }
    match entry.cors {
        Cors::Nobody => {}
        Cors::Configured => cors::allow(&app, &asked, answer.headers_mut()),
        Cors::Anyone => cors::allow_all(answer.headers_mut()),
    }
    Ok(answer)
}

/// The page before a navigation from another site, which lacks a session cookie that is `Strict`.
fn page_that_goes_on(app: &App, entry: &Entry, request: &HttpRequest) -> Option<HttpResponse> {
    let is_strict = app.config.sessions.cookie.same_site == SameSite::Strict;
    let begun_by = entry.strict.filter(|_| is_strict)?;
    matches!(cookies::session(app, request), SessionCookie::Missing).then(|| goes_on::page(app, request, begun_by))?
}

async fn check_request(app: &App, entry: &Entry, request: &mut ServiceRequest) -> Result<(), Problem> {
    if let Some(limit) = entry.limit {
        count(app, limit, request.request())?;
    }
    let is_listed = entry.origin != OriginRule::Any && cors::may_change(app, request.request());
    if entry.origin == OriginRule::Asked {
        request.extensions_mut().insert(FromListedOrigin(is_listed));
    }
    let refused_origin = entry.origin == OriginRule::Listed && !is_listed;
    let now = app.clock.now();
    let Some(Credential { session, means, with_claims }) = credential(app, entry.access, request, now).await? else {
        return if refused_origin { Err(Refusal::ForeignOrigin.into()) } else { Ok(()) };
    };
    // Browsers attach cookies to requests that another site causes, but never an access token (SE-13).
    if refused_origin && means == Means::Cookie {
        return Err(Refusal::ForeignOrigin.into());
    }
    let signed_in = if entry.by_cached_session {
        Arc::unwrap_or_clone(gate::seen(app, session, now).await?).signed_in
    } else {
        gate::live_with(app, session, with_claims, now).await?
    };
    request.extensions_mut().insert(Caller { signed_in, means });
    Ok(())
}

/// The session that the request names by credentials of the kind `access`; `None` if that kind needs no session.
async fn credential(
    app: &App,
    access: Access,
    request: &mut ServiceRequest,
    now: Timestamp,
) -> Result<Option<Credential>, Problem> {
    match access {
        Access::Open | Access::Browser | Access::Client | Access::LogoutToken | Access::Site => Ok(None),
        Access::Cookie => credentials::by_cookie(app, request.request()).map(Some),
        Access::BuiltIn => credentials::of_built_in_client(app, request.request(), now).map(Some),
        Access::Account => credentials::for_account(app, request.request(), now).map(Some),
        Access::OpenId => {
            let payload = request.extract::<Payload>().await.map_err(|_| Refusal::Internal)?;
            credentials::for_openid(app, request.request(), payload, now).await.map(Some)
        }
    }
}

fn throttles(request: &HttpRequest) -> Result<&Throttles, Problem> {
    request.app_data::<Data<Throttles>>().map(Data::get_ref).ok_or_else(|| Refusal::Internal.into())
}

/// Counts the request against the rate limit of its entry.
fn count(app: &App, limit: Limit, request: &HttpRequest) -> Result<(), Problem> {
    let throttles = throttles(request)?;
    match limit {
        Limit::Login => throttles.begin(app, request),
        Limit::Form => throttles.form(app, request),
        Limit::Authorize => throttles.authorize(app, request),
        Limit::Token => throttles.token_in_session(app, request),
        Limit::CallbackUnlessForm if extract::media_type(request) == extract::FORM => Ok(()),
        // Counted after the look-up, if their `state` is unknown.
        Limit::CallbackUnlessForm | Limit::Callback => Ok(()),
    }
}

/// Counts an authorization response that was refused since its `state` is of no login, or its `code_verifier` is wrong. The valid
/// response of a pending login is not counted, so that other requests from its network cannot keep it from completing.
fn count_unknown_state(app: &App, entry: &Entry, request: &HttpRequest, refusal: &Problem) -> Result<(), Problem> {
    let is_response = matches!(entry.limit, Some(Limit::Callback | Limit::CallbackUnlessForm));
    if is_response && (refusal.is(Refusal::UnknownState) || refusal.is(Refusal::VerifierMismatch)) {
        throttles(request)?.unknown_state(app, request)
    } else {
        Ok(())
    }
}

/// Renders a refusal for the surface of the route. If a session was required, a browser is sent to the login, which
/// returns to the account page, and a session cookie that does not verify is removed (SE-04). A verified cookie stays, also
/// if its session has ended. For a session that was ended, and for a disabled user, the answer is a page.
async fn render(app: &App, surface: Surface, access: Access, request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let signed_in_only = matches!(access, Access::Cookie | Access::Account | Access::BuiltIn);
    let mut answer = match surface {
        _ if problem.is_oauth() => problem.for_oauth(request),
        Surface::Page if problem.is(Refusal::SessionCookiesConflict) && !negotiate::wants_json_only(request) => {
            cookies_conflict::page(app, request)
        }
        Surface::Page
            if signed_in_only && problem.is(Refusal::SessionRevoked) && !negotiate::wants_json_only(request) =>
        {
            session_ended(app, request).await.for_browser(request)
        }
        Surface::Page if signed_in_only && problem.wants_sign_in() && !negotiate::wants_json_only(request) => {
            let (prefix, account) = (app.config.server.public_url.prefix(), page::account_path(app));
            page::see_other(&format!("{prefix}/login?return_to={account}"))
        }
        Surface::Page => {
            credentials::note_viewer(app, request, problem).await;
            refused_request::record_for_page(app, request, problem).await;
            problem.for_browser(request)
        }
        Surface::Program => problem.for_program(request),
        Surface::OAuth => problem.for_oauth(request),
    };
    if signed_in_only && matches!(cookies::session(app, request), SessionCookie::Garbage) {
        cookies::clear_session(app, &mut answer);
    }
    answer
}

/// Says that the session was ended, or that its user was disabled. After a login the person gets to the page that they wanted.
async fn session_ended(app: &App, request: &HttpRequest) -> Problem {
    if credentials::is_of_disabled_user(app, request).await {
        return Refusal::UserDisabled.into();
    }
    let repeated = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    let return_to = repeated.map_or_else(|| page::account_path(app), ToString::to_string);
    Problem::from(Refusal::SessionRevoked).of_login_at(None, Some(return_to))
}
