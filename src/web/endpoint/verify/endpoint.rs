//! The handlers of `/verify` and of what lies below it.

use actix_web::http::uri::PathAndQuery;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::answer::{denied, insufficient_scope, login_url, pass_without_session, passes, sign_in, step_up};
use super::credential;
use super::question::Question;
use super::resource_answer;
use super::ruled::{NO_CONDITIONS, Ruled, ruled};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::config::SiteConditions;
use crate::verify::{Judgement, check_conditions, lacks_scope};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::site_request::PathSource;

/// `/verify`, by any method.
pub async fn verify(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    answer(&app, &request, PathSource::Headers).await
}

/// `/verify/…`, as Envoy asks: the path of the request to the site stands behind `/verify`.
pub async fn verify_behind(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let uri = request.uri().path_and_query().map_or("", PathAndQuery::as_str);
    let below = uri.strip_prefix(app.config.server.public_url.prefix()).unwrap_or(uri);
    let path = below.strip_prefix("/verify").unwrap_or(below);
    answer(&app, &request, PathSource::OwnPath(path)).await
}

async fn answer(app: &App, request: &HttpRequest, source: PathSource<'_>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let question = Question::read(app, request, source)?;
    // A preflight request has no credentials, so it needs none; what the rules deny stays denied.
    let is_preflight = app.config.verify.allow_preflight && question.is_preflight(request);
    let (at, conditions) = match ruled(app, request, &question, now) {
        Ruled::Denied(answer) => return Ok(answer),
        _ if is_preflight => return pass_without_session(app),
        Ruled::SignedIn(at, conditions) => (at, conditions),
        // The resource narrows: it wants its token also if the rule wants no session.
        Ruled::Anyone(at) if question.resource.is_some() => (Some(at), &NO_CONDITIONS),
        Ruled::Anyone(_) => return anyone(app, request, &question, now).await,
    };
    match &question.resource {
        Some(resource) => resource_answer::answer(app, request, &question, resource, (at, conditions), now).await,
        None => of_session(app, request, &question, (at, conditions), now).await,
    }
}

/// Judges the session of the request by the conditions of the rule at this position and those of the query.
async fn of_session(
    app: &App,
    request: &HttpRequest,
    question: &Question<'_>,
    (at, conditions): (Option<usize>, &SiteConditions),
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let known = match credential::known(app, request, now).await {
        Ok(known) => known,
        Err(problem) if problem.wants_sign_in() => return Ok(sign_in(app, request, question, problem, now)),
        Err(problem) => return Err(problem),
    };
    if lacks_scope(conditions, known.scope()) {
        return Ok(insufficient_scope(app, request, question, &known, (at, conditions)));
    }
    let signed_in = &known.seen.signed_in;
    let provider = app.providers.get(&signed_in.session.provider).ok_or(Refusal::SessionRevoked)?;
    let registration = provider.registration();
    match check_conditions(conditions, &question.narrowing, signed_in, &known.seen.claims, registration, now) {
        Judgement::Passes => passes(app, &known, now),
        Judgement::Denied(why) => Ok(denied(app, request, question, Some(signed_in), at, &why)),
        Judgement::StepUp(wanted) => {
            let url = login_url(app, question, now).for_step_up(app, signed_in, registration, wanted, at);
            Ok(step_up(request, question, registration, wanted, url, known.is_by_token()))
        }
    }
}

/// A page for everyone. The headers name the user if a session came. The conditions of the query narrow it, so they
/// require a session; without them it passes also if the session cannot be read, as the database is out of reach.
async fn anyone(
    app: &App,
    request: &HttpRequest,
    question: &Question<'_>,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let known = match credential::known(app, request, now).await {
        Ok(known) => known,
        Err(problem) if question.narrowing.is_empty() && can_pass_without_session(&problem) => {
            return pass_without_session(app);
        }
        Err(problem) if problem.wants_sign_in() => return Ok(sign_in(app, request, question, problem, now)),
        Err(problem) => return Err(problem),
    };
    let signed_in = &known.seen.signed_in;
    let provider = app.providers.get(&signed_in.session.provider).ok_or(Refusal::SessionRevoked)?;
    let registration = provider.registration();
    match check_conditions(&NO_CONDITIONS, &question.narrowing, signed_in, &known.seen.claims, registration, now) {
        Judgement::Denied(why) => Ok(denied(app, request, question, Some(signed_in), None, &why)),
        Judgement::Passes | Judgement::StepUp(_) => passes(app, &known, now),
    }
}

/// Whether a page for everyone is answered without the session: there is none, or it cannot be read for now.
fn can_pass_without_session(problem: &Problem) -> bool {
    problem.wants_sign_in() || problem.is_outage()
}
