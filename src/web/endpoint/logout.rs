//! `/logout`: local logout for the gateway's own pages, and OpenID Connect RP-Initiated Logout 1.0 for clients.

use actix_web::cookie::Cookie;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use crate::app::App;
use crate::logout::{self, Asker, EndingSignIn, LogoutOutcome, LogoutParameters, Request};
use crate::web::answer::app_refusal::{self, AppRequest};
use crate::web::answer::cookies_conflict;
use crate::web::answer::negotiate;
use crate::web::answer::page::{self, Viewing};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::{sign_out, signed_out_of};
use crate::web::request::caller::FromListedOrigin;
use crate::web::request::cookies::{self, SessionCookie};
use crate::web::request::expired_cookies;
use crate::web::request::extract::{Form, OptionalForm, Parameters, Query};

/// The query parameter with the sealed logout request. A POST from another site carries no session cookie; a redirect
/// to GET with this parameter does.
const REQUEST: &str = "request";

/// `GET /logout`: RP-Initiated Logout. Without parameters the user opened the URL directly.
pub async fn by_link(app: Data<App>, request: HttpRequest, Query(parameters): Query) -> Result<HttpResponse, Problem> {
    let asked = match parameters.get(REQUEST) {
        Some(sealed) => Request::open(&app.config.ring, sealed).ok_or(Refusal::InvalidRequest)?,
        None => read(&app, &request, &parameters)?,
    };
    if matches!(cookies::session(&app, &request), SessionCookie::Conflict(_)) {
        return cookies_conflict::sign_out(&app, &request, &asked).ok_or_else(|| Refusal::InvalidRequest.into());
    }
    let outcome = logout::end_or_ask(&app, &asked, asker(&app, &request), app.clock.now()).await?;
    decided(&app, &request, &asked, outcome).await
}

/// `POST /logout`: with parameters, RP-Initiated Logout by a form. Without parameters, local logout by the button on
/// the gateway's pages or by a script.
pub async fn by_form(
    app: Data<App>,
    origin: FromListedOrigin,
    request: HttpRequest,
    OptionalForm(form): OptionalForm,
) -> Result<HttpResponse, Problem> {
    if form.is_empty() {
        return local(&app, origin, &request).await;
    }
    let asked = read(&app, &request, &form)?;
    let sealed = asked.seal(&app.config.ring).ok_or(Refusal::InvalidRequest)?;
    Ok(page::see_other(&format!("{}?{REQUEST}={sealed}", address(&app))))
}

/// Ends the session of this browser. Idempotent: without a session the answer is the same.
async fn local(app: &App, origin: FromListedOrigin, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let json = negotiate::wants_json_only(request);
    if origin != FromListedOrigin(true) {
        // A form of another origin does not end the session. It leads to the page that asks for confirmation.
        return if json { Err(Refusal::ForeignOrigin.into()) } else { Ok(page::see_other(&address(app))) };
    }
    let ending = end(app, request).await?;
    if !json {
        return Ok(proceed(app, request, &Request::default(), ending).await);
    }
    // A script does not follow a redirect to another site; it gets a URL of the gateway, which redirects there.
    let on = match &ending {
        Some(ending) => logout::logout_link_after(app, ending, app.clock.now()).await,
        None => None,
    };
    let mut answer = match on {
        Some(url) => HttpResponse::Ok().json(LogoutUrl { logout_url: url }),
        None => HttpResponse::NoContent().finish(),
    };
    clear_cookies(app, request, &mut answer);
    Ok(answer)
}

/// The answer to a script whose provider has a logout endpoint.
#[derive(Serialize)]
struct LogoutUrl {
    logout_url: String,
}

/// `POST /logout/confirm`: the button on the confirmation page.
pub async fn confirmed(app: Data<App>, request: HttpRequest, Form(form): Form) -> Result<HttpResponse, Problem> {
    // An expired or invalid logout request still signs out; only its redirect is dropped.
    let asked = form.get(REQUEST).and_then(|sealed| Request::open(&app.config.ring, sealed)).unwrap_or_default();
    if let SessionCookie::Conflict(ids) = cookies::session(&app, &request) {
        // The form of a page of ours: the guard has checked the origin.
        logout::end_sessions(&app, ids, app.clock.now()).await?;
        return Ok(proceed(&app, &request, &asked, None).await);
    }
    let shown_to = form.get("shown_to").unwrap_or_default();
    let outcome = logout::confirm(&app, shown_to, cookies::named(&app, &request), app.clock.now()).await?;
    decided(&app, &request, &asked, outcome).await
}

async fn decided(
    app: &App,
    request: &HttpRequest,
    asked: &Request,
    outcome: LogoutOutcome,
) -> Result<HttpResponse, Problem> {
    match outcome {
        LogoutOutcome::SignedOut(ending) => Ok(proceed(app, request, asked, ending).await),
        LogoutOutcome::Ask(signed_in) => sign_out::sign_out(Viewing::new(app, request), &signed_in, asked)
            .ok_or_else(|| Refusal::InvalidRequest.into()),
        LogoutOutcome::OfApp(reach) => Ok(match logout::destination(app, asked) {
            Some(to) => page::see_other(&to),
            None => signed_out_of::page(Viewing::new(app, request), asked, reach),
        }),
    }
}

/// A request without any session cookie is a browser's if it has `Sec-Fetch-Site`: every browser sends it.
fn asker(app: &App, request: &HttpRequest) -> Asker {
    match cookies::session(app, request) {
        SessionCookie::Names(id) => Asker::Browser(id),
        SessionCookie::Missing if !request.headers().contains_key("sec-fetch-site") => Asker::Server,
        SessionCookie::Missing | SessionCookie::Garbage | SessionCookie::Conflict(_) => Asker::WithoutCookie,
    }
}

/// `GET /logout/provider`: the `logout_url` of a frontend. Redirects to the logout at the provider of the session, and ends
/// nothing here.
pub async fn to_provider(app: Data<App>, Query(query): Query) -> Result<HttpResponse, Problem> {
    let sealed = query.get("session").unwrap_or_default();
    let to = logout::resolve_logout_link(&app, sealed, app.clock.now()).await?;
    let done = || format!("{}/done", address(&app));
    Ok(page::see_other(&to.unwrap_or_else(done)))
}

/// `GET /logout/done`: the page for a completed logout. It reads no cookie.
pub async fn done(app: Data<App>, request: HttpRequest) -> HttpResponse {
    sign_out::signed_out(Viewing::new(&app, &request), None)
}

/// `GET /logout/callback/{provider}`: the provider redirects the browser back after its logout. The session here has
/// already ended, so the provider's result does not matter.
pub async fn returned(app: Data<App>, provider: Path<String>, request: HttpRequest) -> HttpResponse {
    let state = Parameters::of_query(&request).ok().and_then(|query| query.get("state").map(str::to_owned));
    let (binding, now) = (cookies::binding(&app, &request), app.clock.now());
    let asked = state.and_then(|state| logout::request_of_state(&app, &provider, &state, binding, now));
    let to = asked.and_then(|asked| logout::destination(&app, &asked));
    to.map_or_else(|| sign_out::signed_out(Viewing::new(&app, &request), None), |to| page::see_other(&to))
}

async fn end(app: &App, request: &HttpRequest) -> Result<Option<EndingSignIn>, Problem> {
    match cookies::session(app, request) {
        SessionCookie::Names(id) => Ok(logout::sign_out_browser(app, id, app.clock.now()).await?),
        SessionCookie::Conflict(ids) => {
            logout::end_sessions(app, ids, app.clock.now()).await?;
            Ok(None)
        }
        SessionCookie::Missing | SessionCookie::Garbage => Ok(None),
    }
}

/// Redirects to the provider's logout if it has one, else to the client's `post_logout_redirect_uri`; without either,
/// shows the page for a completed logout.
async fn proceed(app: &App, request: &HttpRequest, asked: &Request, ending: Option<EndingSignIn>) -> HttpResponse {
    let mut answer = match at_provider(app, request, asked, ending).await {
        Some((url, cookie)) => {
            let mut answer = page::see_other(&url);
            let _always_a_cookie = answer.add_cookie(&cookie);
            answer
        }
        None => match logout::destination(app, asked) {
            Some(to) => page::see_other(&to),
            None => sign_out::signed_out(Viewing::new(app, request), asked.client_id.as_deref()),
        },
    };
    clear_cookies(app, request, &mut answer);
    answer
}

/// Removes the session cookie, and if the browser sent several, all of them. A request without one may be of another
/// site, to which the browser gave no `SameSite` cookie: it must not be able to remove it.
fn clear_cookies(app: &App, request: &HttpRequest, answer: &mut HttpResponse) {
    if matches!(cookies::session(app, request), SessionCookie::Missing) {
        return;
    }
    if cookies::has_several(app, request) {
        expired_cookies::remove_visible(app, request.path(), answer);
    }
    cookies::sign_out(app, answer);
}

/// The logout URL at the provider, and the binding cookie that identifies the browser when it returns.
async fn at_provider(
    app: &App,
    request: &HttpRequest,
    asked: &Request,
    ending: Option<EndingSignIn>,
) -> Option<(String, Cookie<'static>)> {
    let (binding, cookie) = cookies::bind(app, request);
    let url = logout::url_at_provider(app, &ending?, asked, binding, app.clock.now()).await?;
    Some((url, cookie))
}

/// Validates a logout request; a refused one is explained to the developer of the app in the log.
fn read(app: &App, request: &HttpRequest, parameters: &Parameters) -> Result<Request, Problem> {
    logout::validate(app, asked(parameters)).map_err(|refused| {
        let problem = Problem::from(refused);
        let redirect_uri = parameters.get("post_logout_redirect_uri");
        app_refusal::record(request, AppRequest { client_id: parameters.get("client_id"), redirect_uri }, &problem);
        problem
    })
}

/// The parameters of RP-Initiated Logout 1.0 §2. `logout_hint` has no effect; `ui_locales` chooses the language of the page.
fn asked(parameters: &Parameters) -> LogoutParameters {
    let text = |name| parameters.get(name).map(str::to_owned);
    LogoutParameters {
        id_token_hint: text("id_token_hint"),
        client_id: text("client_id"),
        post_logout_redirect_uri: text("post_logout_redirect_uri"),
        state: text("state"),
    }
}

fn address(app: &App) -> String {
    format!("{}/logout", app.config.server.public_url.prefix())
}
