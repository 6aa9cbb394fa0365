//! The browser flow: `/login/{provider}`, `/callback/{provider}`.

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::app_ways::{self, FailedLogin};
use super::{app_request, authorize, stale_login};
use crate::app::App;
use crate::authorize::OpenRequest;
use crate::base::clock::Timestamp;
use crate::base::id::{Reference, SessionId};
use crate::base::secret::Plain;
use crate::config::{AnotherAccount, ResponseMode};
use crate::grant::LoginFor;
use crate::login::{
    self, AuthorizationResponse, Callback, Code, Completed, Finished, Flow, Linked, LoginRefusal, NewLogin,
};
use crate::upstream::{AuthorizationGrant, LoginHints, Provider};
use crate::web::answer::app_goal::AppGoal;
use crate::web::answer::page::{self, Viewing};
use crate::web::answer::problem::Problem;
use crate::web::answer::purpose::Purpose;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::sign_out;
use crate::web::answer::to_app::to_app;
use crate::web::answer::viewer;
use crate::web::request::attempts;
use crate::web::request::authorization_response;
use crate::web::request::cookies;
use crate::web::request::credentials;
use crate::web::request::expired_cookies;
use crate::web::request::extract::{self, Form, Parameters, Query};
use crate::web::request::last_provider;
use crate::web::request::login::{LOGIN_PARAMETERS, caller, hints, hints_of, target, wants_another_account};
use crate::web::request::rounds;
use crate::web::request::throttle::Throttles;

/// `GET /login/{provider}`: redirects the browser to the provider.
pub async fn begin(
    app: Data<App>,
    path: Path<String>,
    request: HttpRequest,
    Query(query): Query,
) -> Result<HttpResponse, Problem> {
    let (provider, now) = (path.into_inner(), app.clock.now());
    let open = authorize::named_request(&app, &request, &query, now).await?;
    let (hints, return_to) = passed_on(&app, &provider, &query, open.as_ref())?;
    if let Some(page) = page_before_login(&app, &request, &query, &provider, open.as_ref(), return_to.as_ref()) {
        return Ok(page);
    }
    let step_up = attempts::step_up_once(&app, &request, &query, now)?;
    let mut answer =
        to_provider(&app, &request, BeginAt { provider, hints, return_to, open }, StatusCode::FOUND).await?;
    if let Some(cookie) = step_up {
        let _always_a_cookie = answer.add_cookie(&cookie);
    }
    Ok(answer)
}

/// A login at the provider of an e-mail address. The provider gets the address as `login_hint`.
pub(super) async fn begin_with_address(
    app: &App,
    request: &HttpRequest,
    form: &Parameters,
    provider: &str,
    address: &str,
    open: Option<OpenRequest>,
) -> Result<HttpResponse, Problem> {
    let (hints, return_to) = passed_on(app, provider, form, open.as_ref())?;
    if let Some(page) = page_before_login(app, request, form, provider, open.as_ref(), return_to.as_ref()) {
        return Ok(page);
    }
    let hints = LoginHints { login_hint: Some(address.to_owned()), ..hints };
    let begin_at = BeginAt { provider: provider.to_owned(), hints, return_to, open };
    to_provider(app, request, begin_at, StatusCode::SEE_OTHER).await
}

/// A login that begins.
struct BeginAt {
    /// The id of the provider.
    provider: String,
    /// The parameters that the provider gets.
    hints: LoginHints,
    /// The URL after the login.
    return_to: Option<String>,
    /// The app's authorization request that it is for.
    open: Option<OpenRequest>,
}

/// Begins the login, and redirects the browser to the provider.
async fn to_provider(
    app: &App,
    request: &HttpRequest,
    BeginAt { provider, hints, return_to, open }: BeginAt,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let (binding, cookie) = cookies::bind(app, request);
    let stored = open.as_ref().map(|open| LoginFor::Stored(open.id));
    let new_login = NewLogin::in_browser(provider.clone(), hints, binding, caller(app, request));
    let new_login = NewLogin { return_to, request: stored, ..new_login };
    let begun = login::begin(app, new_login, app.clock.now()).await;
    let begun = begun.map_err(|refusal| not_begun(refusal, &provider, open))?;
    Ok(HttpResponse::build(status).insert_header((header::LOCATION, begun.url)).cookie(cookie).finish())
}

/// The parameters that are passed on to the provider, and the URL after the login. For an app's authorization request,
/// only the stored request counts, and whether the person wants another account; other parameters of the link are
/// ignored.
fn passed_on(
    app: &App,
    provider: &str,
    query: &Parameters,
    open: Option<&OpenRequest>,
) -> Result<(LoginHints, Option<String>), Problem> {
    Ok(match open {
        Some(open) => (hints_of(app, &open.request, provider, wants_another_account(query))?, None),
        None => (hints(query)?, target(app, provider, query)?),
    })
}

/// The refusal of a login that could not begin, with the app's request that it was for.
fn not_begun(refusal: LoginRefusal, provider: &str, open: Option<OpenRequest>) -> Problem {
    let (code, reference) = (refusal.code(), refusal.reference().cloned());
    let problem = Problem::from(refusal);
    let Some(open) = open else { return problem };
    let goal = AppGoal::open(open, code, reference.as_ref().map(Reference::as_str));
    problem.of_login_at(Some(provider.to_owned()), None).with_app(goal)
}

/// The page that is shown instead of a redirect to the provider: a login would be a round of a loop, or would end with the account
/// that the person wants to change.
fn page_before_login(
    app: &App,
    request: &HttpRequest,
    query: &Parameters,
    provider: &str,
    open: Option<&OpenRequest>,
    return_to: Option<&String>,
) -> Option<HttpResponse> {
    end_of_loop(app, request, open.is_some(), Some(provider), return_to).or_else(|| {
        let provider = app.providers.get(provider).filter(|provider| must_sign_out_there(provider, query))?;
        let purpose = Purpose::of(open, return_to.map(String::as_str));
        Some(sign_out::sign_out_there_first(Viewing::new(app, request), provider, purpose))
    })
}

/// Whether the person asks for another account at a provider that cannot be asked for it.
fn must_sign_out_there(provider: &Provider, query: &Parameters) -> bool {
    wants_another_account(query) && provider.registration().another_account == AnotherAccount::Nothing
}

/// The page that ends a redirect loop: logins end at the same address again and again, and the session cookie never comes
/// back. Its button resets the count.
pub(super) fn end_of_loop(
    app: &App,
    request: &HttpRequest,
    for_app: bool,
    provider: Option<&str>,
    return_to: Option<&String>,
) -> Option<HttpResponse> {
    if for_app || !rounds::is_loop(app, request, &page::landing(app, return_to.cloned())) {
        return None;
    }
    let problem = Problem::cookie_not_kept(cookies::session_name(app));
    let problem = problem.of_login_at(provider.map(str::to_owned), return_to.cloned());
    let mut answer = problem.for_browser(request);
    cookies::forget_rounds(app, &mut answer);
    Some(answer)
}

/// `POST /login/{provider}`: a third-party-initiated login by a form (OpenID Connect Core §4). A form from another site
/// carries no cookie, so a redirect leads the browser to `GET`.
pub async fn begin_by_form(app: Data<App>, provider: Path<String>, Form(form): Form) -> Result<HttpResponse, Problem> {
    if app.providers.get(&provider).is_none() {
        return Err(Code::UnknownProvider.into());
    }
    hints(&form)?;
    target(&app, &provider, &form)?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(LOGIN_PARAMETERS.iter().filter_map(|name| Some((name, form.get(name)?))));
    let prefix = app.config.server.public_url.prefix();
    Ok(page::see_other(&format!("{prefix}/login/{provider}?{}", query.finish())))
}

/// `POST /callback/{provider}`: the authorization response by form post. A form from another site carries no cookie, so
/// the response is stored, and a redirect leads the browser to `GET` (RA-18).
pub async fn callback_by_form(
    app: Data<App>,
    provider: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    if !answers_by_form(&app, &provider)? {
        return Err(Refusal::InvalidRequest.into());
    }
    let form = extract::form_text(&request, payload, app.config.limits.body_bytes).await?;
    let form = authorization_response::parameters(&form)?;
    let state = Plain::new(form.get("state").ok_or(Code::UnknownState)?);
    let mut response = authorization_response::with_code(&form)?;
    if let AuthorizationResponse::Granted(AuthorizationGrant::Code { user, .. }) = &mut response {
        *user = form.get("user").map(str::to_owned);
    }
    login::store_response(&app, &provider, &state, response, caller(&app, &request).ip, app.clock.now()).await?;
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("state", state.expose()).finish();
    let prefix = app.config.server.public_url.prefix();
    Ok(page::see_other(&format!("{prefix}/callback/{provider}?{query}")))
}

/// Whether the provider responds by form post. Each provider has one response mode; the other is refused (RA-19).
fn answers_by_form(app: &App, provider: &str) -> Result<bool, Problem> {
    let provider = app.providers.get(provider).ok_or(Code::UnknownProvider)?;
    let is_form = provider.registration().response_mode == ResponseMode::FormPost;
    Ok(is_form && !provider.returns_verifier())
}

/// `GET /callback/{provider}`: the authorization response in the query.
pub async fn callback(
    app: Data<App>,
    throttles: Data<Throttles>,
    path: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (app, provider, request) = (app.get_ref(), path.into_inner(), &request);
    let query = authorization_response::parameters(request.query_string())?;
    let by_form = answers_by_form(app, &provider)?;
    let (state, response) = if by_form { (posted(&query)?, None) } else { returned(app, &provider, &query)? };
    let previous = cookies::named(app, request);
    let (flow, challenge, caller) = (Flow::Browser, None, caller(app, request));
    let callback = Callback { provider, flow, state, response, challenge, previous, caller };
    let (now, binding) = (app.clock.now(), cookies::binding(app, request));
    let answer = |stored, signed_in: &_, now| crate::authorize::answer_with_login(app, stored, binding, signed_in, now);
    match login::complete(app, callback, &answer, now).await {
        Ok(Finished::SignedIn(completed)) => Ok(welcome(app, request, &completed, now).await),
        Ok(Finished::Linked(Linked { return_to })) => {
            Ok(page::see_other(&return_to.unwrap_or_else(|| page::account_path(app))))
        }
        Ok(Finished::Stale(login)) => stale_login::follow(app, &throttles, request, &login, now).await,
        Err(refusal) => refused(app, request, refusal, now).await,
    }
}

/// The answer to a refused authorization response: a repeated one continues with the session of the first one, a
/// failure of an app's login is the app's, and any other is a page.
async fn refused(
    app: &App,
    request: &HttpRequest,
    refusal: LoginRefusal,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    if let LoginRefusal::Refused { signed_in: Some(signed_in), .. } = &refusal {
        viewer::remember(request, *signed_in);
    }
    if let Some(answer) = repeated(app, request, &refusal, now).await? {
        return Ok(answer);
    }
    let (of_app, code, reference) = (refusal.request(), refusal.code(), refusal.reference().cloned());
    let mut problem = Problem::from(refusal);
    if problem.is(Refusal::WrongBrowser) && cookies::binding(app, request).is_none() {
        problem = problem.without_cookie(cookies::binding_name(app));
    }
    match of_app {
        Some(id) => app_ways::after_refusal(app, request, FailedLogin { id, code, reference, problem }, now).await,
        None => Err(problem),
    }
}

/// The answer to a response that was sent before, as a reload or the back button does. Safe in the browser that has the session of
/// the first one (RA-06).
async fn repeated(
    app: &App,
    request: &HttpRequest,
    refusal: &LoginRefusal,
    now: Timestamp,
) -> Result<Option<HttpResponse>, Problem> {
    let LoginRefusal::Replayed { session, request: of_app, return_to, .. } = refusal else { return Ok(None) };
    if !is_signed_in_by(app, request, *session, now).await {
        return Ok(None);
    }
    match of_app {
        None => Ok(Some(page::see_other(&page::landing(app, return_to.clone())))),
        Some(id) => app_request::continued(app, request, *id, now).await,
    }
}

/// Sets the session cookie and redirects. The user is signed in even if the app's authorization request fails.
async fn welcome(app: &App, request: &HttpRequest, completed: &Completed, now: Timestamp) -> HttpResponse {
    let mut answer = match (completed.request, &completed.answer) {
        (_, Some(answer)) => to_app(app, request, answer),
        (None, None) => {
            let landing = page::landing(app, completed.return_to.clone());
            let mut answer = page::see_other(&landing);
            rounds::count_one(app, request, &landing, &mut answer);
            answer
        }
        (Some(id), None) => {
            let answer = app_request::after_login(app, request, id, &completed.signed_in, now).await;
            viewer::remember(request, true);
            answer.unwrap_or_else(|problem| problem.for_browser(request))
        }
    };
    if cookies::has_several(app, request) {
        expired_cookies::remove_visible(app, request.path(), &mut answer);
    }
    let cookie = cookies::for_session(app, &completed.signed_in.session, now);
    let _always_a_cookie = answer.add_cookie(&cookie);
    last_provider::remember(app, &completed.signed_in.session.provider, &mut answer);
    answer
}

async fn is_signed_in_by(app: &App, request: &HttpRequest, session: Option<SessionId>, now: Timestamp) -> bool {
    let Some(claimed) = cookies::named(app, request).filter(|claimed| Some(*claimed) == session) else { return false };
    credentials::if_live(app, claimed, now).await.is_ok_and(|live| live.is_some())
}

/// The `state` of a login whose response was posted. A response in the query is refused (RA-19).
fn posted(query: &Parameters) -> Result<Plain, Problem> {
    if query.get("code").is_some() || query.get("error").is_some() {
        return Err(Refusal::InvalidRequest.into());
    }
    Ok(Plain::new(query.get("state").ok_or(Code::UnknownState)?))
}

/// The `state` and the authorization response in the query.
fn returned(app: &App, provider: &str, query: &Parameters) -> Result<(Plain, Option<AuthorizationResponse>), Problem> {
    let provider = app.providers.get(provider).ok_or(Code::UnknownProvider)?;
    let state = query.get("state").ok_or_else(|| without_state(app, provider.id(), query))?;
    let with_verifier = provider.returns_verifier();
    let response = if with_verifier {
        authorization_response::with_verifier(query)
    } else {
        authorization_response::with_code(query)
    }?;
    Ok((Plain::new(state), Some(response)))
}

/// A response without `state` belongs to no login. A provider that rejects the client or the redirect URI may leave it out of an
/// error.
fn without_state(app: &App, provider: &str, query: &Parameters) -> Code {
    if query.get("error").is_some() && app.stateless_errors.is_due(provider, app.clock.now()) {
        tracing::warn!(
            provider,
            "an authorization response has an error and no state, so it belongs to no login; if the provider sent it, check \
             client_id, and the redirect URI and the scopes that are registered there"
        );
    }
    Code::UnknownState
}
