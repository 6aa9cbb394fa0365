//! `GET, POST /oauth2/authorize`: authorization requests.

use std::sync::Arc;

use actix_web::http::{Method, StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::client_by_url;
use super::refused_authorization::{REQUEST_URI, app_request, record_answer};
use crate::app::App;
use crate::authorize::{
    self, AuthorizationRequest, AuthorizeError, Browser, ErrorAnswer, FirstStep, LoginStep, Next, OpenRequest,
    OpenRequestError, Terms,
};
use crate::base::clock::Timestamp;
use crate::base::event::Event;
use crate::base::secret::Hashed;
use crate::client::{Asker, Client};
use crate::grant::LoginFor;
use crate::login::{self, Code, NewLogin};
use crate::session::SignedIn;
use crate::telemetry;
use crate::token;
use crate::web::answer::app_goal::AppGoal;
use crate::web::answer::app_refusal;
use crate::web::answer::page;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::to_app::to_app;
use crate::web::request::client_by_url::Fetching;
use crate::web::request::cookies::{self, SessionCookie};
use crate::web::request::credentials;
use crate::web::request::extract::{Form, Parameters};
use crate::web::request::login::{caller, hints_of};
use crate::web::request::refused_request;
use crate::web::request::throttle::Throttles;

/// `GET /oauth2/authorize`: an authorization request (RFC 6749 §4.1.1).
pub async fn authorize(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (query, doubled) = Parameters::parse_all(request.query_string())?;
    let may_show_a_page = query.get("prompt") != Some("none") && query.get("request_uri").is_none();
    if may_show_a_page && matches!(cookies::session(&app, &request), SessionCookie::Conflict(_)) {
        return Err(Refusal::SessionCookiesConflict.into());
    }
    let asked = RequestSource::Query(RequestQuery { query: &query, doubled: &doubled });
    take_first_step(&app, &throttles, &request, asked, app.clock.now()).await
}

/// The source of an authorization request.
pub enum RequestSource<'a> {
    /// From the query of this request.
    Query(RequestQuery<'a>),
    /// It was validated before, and begins again.
    Validated(Box<AuthorizationRequest>),
}

/// The parameters of an authorization request.
#[derive(Clone, Copy)]
pub struct RequestQuery<'a> {
    /// The first value of each parameter.
    pub query: &'a Parameters,
    /// The names of the repeated parameters.
    pub doubled: &'a [String],
}

/// Takes the first step of a request, and binds the browser.
pub async fn take_first_step(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    asked: RequestSource<'_>,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let (binding, cookie) = cookies::bind(app, request);
    let browser = Browser { signed_in: signed_in(app, request, now).await?, binding };
    if browser.signed_in.is_none() {
        throttles.authorize_signed_out(app, request)?;
    }
    let step = match asked {
        RequestSource::Query(asked) => {
            let by_url = asked_by_url(app, asked.query);
            if let (Some(_), None) = (by_url, &browser.signed_in) {
                let login = client_by_url::login_first(app, asked.query, request.query_string());
                return recorded(app, throttles, request, asked, login, now).await;
            }
            step_of_query(app, throttles, request, asked, &browser, now).await?
        }
        RequestSource::Validated(asked) => authorize::start(app, *asked, &browser, now).await?,
    };
    let mut answer = match step {
        FirstStep::Next(next) => redirect_to_next(app, request, next)?,
        FirstStep::Login(step) => begin(app, throttles, request, *step, binding, now).await?,
    };
    let _always_a_cookie = answer.add_cookie(&cookie);
    Ok(answer)
}

/// The first step of a request in the query. A refusal is recorded.
async fn step_of_query(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    asked: RequestQuery<'_>,
    browser: &Browser,
    now: Timestamp,
) -> Result<FirstStep, Problem> {
    let by_url = asked_by_url(app, asked.query);
    let step = match (Fetching { app, throttles, request, now }).described(by_url, Asker::Person).await {
        Ok(by_url) => first_step(app, request, asked, by_url.as_ref(), browser, now).await,
        Err(refused) => Err(refused),
    };
    recorded(app, throttles, request, asked, step, now).await
}

/// The result, or the refusal after it was recorded.
async fn recorded<T>(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    asked: RequestQuery<'_>,
    step: Result<T, Problem>,
    now: Timestamp,
) -> Result<T, Problem> {
    let Err(refused) = step else { return step };
    app_refusal::record(request, app_request(asked.query), &refused);
    Err(refused_request::record(app, throttles, request, asked.query, refused, now).await)
}

/// Begins with the request in the query, or continues the pushed request that it names.
async fn first_step(
    app: &App,
    request: &HttpRequest,
    RequestQuery { query, doubled }: RequestQuery<'_>,
    by_url: Option<&Arc<Client>>,
    browser: &Browser,
    now: Timestamp,
) -> Result<FirstStep, Problem> {
    let pushed = pushed_uri(query).filter(|_| doubled.is_empty());
    if let (Some(client_id), Some(request_uri)) = (query.get("client_id"), pushed) {
        return resume_pushed(app, client_id, request_uri, browser, now).await;
    }
    match read_request(app, &values_of(query), doubled, IsPushed(false), by_url) {
        Ok(asked) => Ok(authorize::start(app, asked, browser, now).await?),
        Err(AuthorizeError::Told(answer)) => {
            record_answer(request, query, &answer);
            Ok(FirstStep::Next(Next::Error(answer)))
        }
        Err(refused) => Err(refused.into()),
    }
}

/// The `request_uri` of a pushed request.
fn pushed_uri(query: &Parameters) -> Option<&str> {
    query.get("request_uri").filter(|uri| uri.starts_with("urn:"))
}

/// The `client_id` of a request whose document has to be read: it is a URL, and the request was not pushed.
fn asked_by_url<'q>(app: &App, query: &'q Parameters) -> Option<&'q str> {
    let id = query.get("client_id").filter(|_| pushed_uri(query).is_none())?;
    app.clients.by_url(id).map(|_| id)
}

/// Continues a pushed request.
async fn resume_pushed(
    app: &App,
    client_id: &str,
    request_uri: &str,
    browser: &Browser,
    now: Timestamp,
) -> Result<FirstStep, Problem> {
    let open = authorize::consume_pushed_request(app, client_id, request_uri, browser.binding, now).await;
    let open = open.map_err(|refused| match refused {
        OpenRequestError::Db(error) => Problem::from(error),
        _ => REQUEST_URI.into(),
    })?;
    Ok(match authorize::resume(app, &open, browser.signed_in.as_ref(), false, now).await? {
        Next::SignIn(id, Some(provider)) => {
            let row = LoginFor::Stored(id);
            FirstStep::Login(Box::new(LoginStep { provider, request: open.request, row }))
        }
        next => FirstStep::Next(next),
    })
}

/// Redirects the browser to the only provider that is left. It counts as the beginning of a login.
async fn begin(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    step: LoginStep,
    binding: Hashed,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let LoginStep { provider, request: asked, row } = step;
    let stored = if let LoginFor::Stored(id) = &row { Some(*id) } else { None };
    let begun = async {
        throttles.begin(app, request)?;
        let (hints, caller) = (hints_of(app, &asked, &provider, false)?, caller(app, request));
        let new_login =
            NewLogin { request: Some(row), ..NewLogin::in_browser(provider.clone(), hints, binding, caller) };
        Ok(login::begin(app, new_login, now).await?)
    };
    match (begun.await, stored) {
        (Ok(begun), _) => Ok(HttpResponse::Found().insert_header((header::LOCATION, begun.url)).finish()),
        // The `request_uri` is consumed. So the login shows the failure, at a URL that the user can load again.
        (Err(_), Some(id)) => redirect_to_next(app, request, Next::SignIn(id, Some(provider))),
        (Err(problem), None) => Err(not_begun(problem, asked)),
    }
}

/// The refusal of a login that could not begin, with the app's request, which is not stored. Its button sends the app
/// `temporarily_unavailable`, with `provider_unavailable` as the description also after a rate limit or a failure of
/// the database.
fn not_begun(problem: Problem, asked: AuthorizationRequest) -> Problem {
    let goal = AppGoal::not_stored(asked, Code::ProviderUnavailable).needing_operator(problem.needs_operator());
    problem.with_app(goal)
}

/// `POST /oauth2/authorize`: an authorization request by a form. A form from another site carries no cookie, so the
/// request is stored as a pushed request, and a redirect leads the browser to `GET`.
pub async fn authorize_by_form(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
    Form(form): Form,
) -> Result<HttpResponse, Problem> {
    let app = app.get_ref();
    if asked_by_url(app, &form).is_some() {
        return Ok(client_by_url::by_query(app, &form));
    }
    let asked = match read_request(app, &values_of(&form), &[], IsPushed(false), None) {
        Ok(asked) => asked,
        Err(AuthorizeError::Told(answer)) => {
            record_answer(&request, &form, &answer);
            return error_to_app(app, &request, *answer);
        }
        Err(refused) => {
            let problem = refused.into();
            app_refusal::record(&request, app_request(&form), &problem);
            return Err(refused_request::record(app, &throttles, &request, &form, problem, app.clock.now()).await);
        }
    };
    let (request_uri, _) = authorize::push(app, &asked, app.clock.now()).await?;
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("client_id", &asked.client_id).append_pair("request_uri", request_uri.expose());
    let prefix = app.config.server.public_url.prefix();
    Ok(page::see_other(&format!("{prefix}/oauth2/authorize?{}", query.finish())))
}

/// The authorization request in the parameter `authorization_request`, if present. It must belong to this browser.
pub async fn named_request(
    app: &App,
    request: &HttpRequest,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Option<OpenRequest>, Problem> {
    let Some(id) = parameters.get("authorization_request") else { return Ok(None) };
    let id = id.parse().map_err(|_| Refusal::InvalidRequest)?;
    Ok(Some(authorize::open(app, id, cookies::binding(app, request), now).await?))
}

/// The live session of the browser, by the session cookie alone. `None` for a revoked or expired session.
pub(super) async fn signed_in(app: &App, request: &HttpRequest, now: Timestamp) -> Result<Option<SignedIn>, Problem> {
    match cookies::named(app, request) {
        None => Ok(None),
        Some(id) => credentials::if_live_with(app, id, app.clients.read_provider_claims(), now).await,
    }
}

/// Whether an authorization request came to `/oauth2/par`.
pub(super) struct IsPushed(pub bool);

/// Validates an authorization request. `get` returns a parameter's value; `doubled` names the repeated parameters.
pub(super) fn read_request(
    app: &App,
    get: &dyn Fn(&str) -> Option<String>,
    doubled: &[String],
    IsPushed(is_pushed): IsPushed,
    by_url: Option<&Arc<Client>>,
) -> Result<AuthorizationRequest, AuthorizeError> {
    let terms = Terms {
        clients: &app.clients,
        by_url,
        issuer: app.config.server.public_url.issuer(),
        resource: &|client, resource| token::resource(app, client, resource).map(str::to_owned),
        takes_scope: &|resource, scope| app.config.resource_at(resource).is_none_or(|known| known.takes_scope(scope)),
        knows_provider: &|id| app.providers.get(id).is_some(),
        keys: &app.keys.keys(),
        is_pushed,
        doubled,
    };
    let asked = authorize::read(&terms, get)?;
    // Neither binds the code to this request, so a stolen code can be injected into another one (RFC 9700 §4.5.3).
    if asked.challenge.is_none() && asked.nonce.is_none() && app.unbound_codes.is_due(&asked.client_id, app.clock.now())
    {
        telemetry::record(&Event::NeitherPkceNorNonce { client: asked.client_id.clone() });
    }
    Ok(asked)
}

fn values_of(parameters: &Parameters) -> impl Fn(&str) -> Option<String> {
    |name| parameters.get(name).map(str::to_owned)
}

pub fn redirect_to_next(app: &App, request: &HttpRequest, next: Next) -> Result<HttpResponse, Problem> {
    let prefix = app.config.server.public_url.prefix();
    let url = match next {
        Next::App(answer) => return Ok(to_app(app, request, &answer)),
        Next::Error(answer) => return error_to_app(app, request, *answer),
        Next::Consent(id) | Next::Denied(id) => format!("{prefix}/oauth2/authorize/agree?authorization_request={id}"),
        Next::SignIn(id, None) => format!("{prefix}/login?authorization_request={id}"),
        Next::SignIn(id, Some(provider)) => format!("{prefix}/login/{provider}?authorization_request={id}"),
    };
    // 303 after a form: the browser continues with `GET`, without the form (RFC 9700 §4.12).
    let status = if request.method() == Method::POST { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
    Ok(HttpResponse::build(status).insert_header((header::LOCATION, url)).finish())
}

/// The error response to the app. A client by URL whose host the operator has not listed gets it only from a page, by the person's
/// decision: otherwise each link to the gateway could lead to any site (RFC 9700 §4.11.2).
fn error_to_app(app: &App, request: &HttpRequest, answer: ErrorAnswer) -> Result<HttpResponse, Problem> {
    if !app.clients.is_known_to_operator(&answer.target.client_id) {
        return Err(Problem::from(Refusal::UnknownAppRefused).with_app(AppGoal::refused(answer)));
    }
    Ok(to_app(app, request, &answer.answer(app.config.server.public_url.issuer())))
}
