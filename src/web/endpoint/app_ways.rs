//! The next steps for a person who came from an app: after a failed login, and at the URLs to which its pages lead.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::authorize::{self as endpoint, RequestSource};
use crate::app::App;
use crate::authorize::{self, Leave, OAuthError, OpenRequestError, Repeated};
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::{AuthorizationRequestId, Reference};
use crate::login::Code;
use crate::web::answer::app_goal::{AppGoal, RequestState};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::answer::to_app::to_app;
use crate::web::request::cookies::{self, SessionCookie};
use crate::web::request::extract::{Form, Query};
use crate::web::request::throttle::Throttles;

/// A login that failed, and the authorization request that it was for.
pub struct FailedLogin {
    /// The id of the request.
    pub id: AuthorizationRequestId,
    /// The code of the failure.
    pub code: Code,
    /// The reference of the login.
    pub reference: Option<Reference>,
    /// The failure for the person.
    pub problem: Problem,
}

/// Sends the app its error, or shows the person a page with a button that sends it.
pub async fn after_refusal(
    app: &App,
    request: &HttpRequest,
    failed: FailedLogin,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let goal = goal_of_login(app, request, &failed, now).await?;
    let FailedLogin { code, problem, .. } = failed;
    let Some(goal) = goal else { return Err(problem) };
    let asks_person = (shows_page(code) || problem.needs_operator()) && !goal.request.prompt.none;
    let asks_person = asks_person || !app.clients.is_known_to_operator(&goal.request.client_id);
    if asks_person || goal.state != RequestState::Open {
        return Err(problem.with_app(goal));
    }
    let told = Leave::now(goal.id, &goal.request, goal.error, goal.description).send(app, now).await;
    told.map(|answer| to_app(app, request, &answer)).ok_or(problem)
}

/// The authorization request of a failed login, with the error for the app. `None` if no stored request can be named to
/// this browser.
async fn goal_of_login(
    app: &App,
    request: &HttpRequest,
    failed: &FailedLogin,
    now: Timestamp,
) -> Result<Option<AppGoal>, DbError> {
    let (id, code) = (failed.id, failed.code);
    let reference = failed.reference.as_ref().map(Reference::as_str);
    if code == Code::WrongBrowser {
        let closed = authorize::find_closed(app, id).await?;
        return Ok(closed.map(|closed| AppGoal::closed(closed, RequestState::OtherBrowser, code, reference)));
    }
    match authorize::open(app, id, cookies::binding(app, request), now).await {
        Ok(open) => Ok(Some(AppGoal::open(open, code, reference).needing_operator(failed.problem.needs_operator()))),
        Err(OpenRequestError::Db(error)) => Err(error),
        Err(closed) => Ok(AppGoal::of_closed(closed, code, reference)),
    }
}

/// Whether the person decides how to continue. The other failures are sent to the app at once.
fn shows_page(code: Code) -> bool {
    matches!(code, Code::NotAllowed | Code::UserDisabled | Code::StateExpired | Code::StateUsed)
}

/// The refusal with its request. The page has a button that returns to the app with `error`.
pub async fn with_open(
    app: &App,
    request: &HttpRequest,
    (id, reference): (AuthorizationRequestId, Option<Reference>),
    problem: Problem,
    error: OAuthError,
    now: Timestamp,
) -> Problem {
    let reference = reference.as_ref().map(Reference::as_str);
    match authorize::open(app, id, cookies::binding(app, request), now).await {
        Ok(open) => problem.with_app(AppGoal { error, ..AppGoal::open(open, Code::ProviderError, reference) }),
        Err(closed) => {
            let goal = AppGoal::of_closed(closed, Code::ProviderError, reference);
            goal.into_iter().fold(problem, Problem::with_app)
        }
    }
}

/// `GET /oauth2/authorize/again`: begins a stored request that has no answer yet again, as a row of its own that
/// belongs to this browser. The first one stays as it is.
pub async fn again(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
    Query(query): Query,
) -> Result<HttpResponse, Problem> {
    if matches!(cookies::session(&app, &request), SessionCookie::Conflict(_)) {
        return Err(Refusal::SessionCookiesConflict.into());
    }
    let id = query.get("authorization_request").ok_or(Refusal::InvalidRequest)?;
    let id = id.parse().map_err(|_| Refusal::InvalidRequest)?;
    let asked = match authorize::repeat(&app, id, cookies::binding(&app, &request)).await? {
        None => return Err(Code::UnknownState.into()),
        Some(Repeated::Answered(closed)) => {
            let goal = AppGoal::closed(*closed, RequestState::Answered, Code::StateUsed, None);
            return Err(Problem::from(Code::StateUsed).with_app(goal));
        }
        Some(Repeated::Begins(asked)) => asked,
    };
    let client = app.clients.get(&asked.client_id).ok_or(Refusal::UnknownClient)?;
    client.redirect_uri(&asked.redirect_uri).ok_or(Refusal::RedirectUriRefused)?;
    endpoint::take_first_step(&app, &throttles, &request, RequestSource::Validated(asked), app.clock.now()).await
}

/// `POST /oauth2/authorize/leave`: the button that returns to the app with the error of the page.
pub async fn leave(app: Data<App>, request: HttpRequest, Form(form): Form) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let leave = form.get("leave").and_then(|sealed| Leave::open(&app, sealed, now));
    let leave = leave.ok_or(Code::StateExpired)?;
    let id = leave.id();
    if let Some(answer) = leave.send(&app, now).await {
        return Ok(to_app(&app, &request, &answer));
    }
    // The app has got its answer, from another tab.
    let closed = match id {
        Some(id) => authorize::find_closed(&app, id).await?,
        None => None,
    };
    let goal = closed.map(|closed| AppGoal::closed(closed, RequestState::Answered, Code::StateUsed, None));
    Err(goal.into_iter().fold(Code::StateUsed.into(), Problem::with_app))
}
