//! The handlers of `/verify` and of what lies below it.

use actix_web::http::uri::PathAndQuery;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::answer::{denied, login_url, pass_without_session, passes, sign_in, step_up};
use super::credential::{self, Known};
use super::question::Question;
use super::resource_answer;
use super::warning::{warn_of_port, warn_of_unknown};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::config::{SiteAccess, SiteConditions};
use crate::verify::{Asked, Judgement, Ruling, check_conditions, rule};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::forwarded::PathSource;

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
    let site = &question.site;
    let asked = Asked { host: site.host.as_ref(), uri: site.uri, method: site.method };
    let everyone = SiteConditions::default();
    let (at, conditions) = match rule(&app.config.verify, &asked) {
        Ruling::NoRules => (None, &everyone),
        Ruling::Rule(at, rule) => match &rule.access {
            SiteAccess::SignedIn(conditions) => (Some(at), conditions),
            SiteAccess::Anyone if is_preflight => (Some(at), &everyone),
            // The resource narrows: it wants its token also if the rule wants no session.
            SiteAccess::Anyone if question.resource.is_some() => (Some(at), &everyone),
            SiteAccess::Anyone => return anyone(app, request, &question, now).await,
            SiteAccess::Deny => return denied(app, request, &question, None, Some(at), "allow.deny is set"),
        },
        Ruling::NoMatch => return denied(app, request, &question, None, None, "no rule matches"),
        Ruling::Refused(why) => return denied(app, request, &question, None, None, &format!("the path {why}")),
        Ruling::MethodNotUpperCase => {
            return denied(
                app,
                request,
                &question,
                None,
                None,
                "a rule names methods, and the method is not in upper case",
            );
        }
        Ruling::UnknownPort(port) => {
            warn_of_port(app, port, now);
            return denied(app, request, &question, None, None, "no rule names its port");
        }
        Ruling::Unknown(unknown) => {
            warn_of_unknown(app, request, &question, unknown, now);
            return Err(Refusal::SiteNotAllowed.into());
        }
    };
    if is_preflight {
        return pass_without_session(app);
    }
    if let Some(resource) = &question.resource {
        return resource_answer::answer(app, request, &question, resource, (at, conditions), now).await;
    }
    let known = match credential::known(app, request, now).await {
        Ok(known) => known,
        Err(problem) if problem.wants_sign_in() => return Ok(sign_in(app, request, &question, problem, now)),
        Err(problem) => return Err(problem),
    };
    let signed_in = &known.seen.signed_in;
    let provider = app.providers.get(&signed_in.session.provider).ok_or(Refusal::SessionRevoked)?;
    let registration = provider.registration();
    match check_conditions(conditions, &question.narrowing, signed_in, &known.seen.claims, registration, now) {
        Judgement::Passes => passes(app, signed_in, now),
        Judgement::Denied(why) => denied(app, request, &question, Some(signed_in), at, &why),
        Judgement::StepUp(wanted) => {
            let url = login_url(app, &question, now).for_step_up(app, signed_in, registration, wanted, at);
            Ok(step_up(request, &question, registration, wanted, url, known.is_by_token))
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
        Ok(Known { seen, .. }) => seen,
        Err(problem) if question.narrowing.is_empty() && can_pass_without_session(&problem) => {
            return pass_without_session(app);
        }
        Err(problem) if problem.wants_sign_in() => return Ok(sign_in(app, request, question, problem, now)),
        Err(problem) => return Err(problem),
    };
    let signed_in = &known.signed_in;
    let provider = app.providers.get(&signed_in.session.provider).ok_or(Refusal::SessionRevoked)?;
    let none = SiteConditions::default();
    match check_conditions(&none, &question.narrowing, signed_in, &known.claims, provider.registration(), now) {
        Judgement::Denied(why) => denied(app, request, question, Some(signed_in), None, &why),
        Judgement::Passes | Judgement::StepUp(_) => passes(app, signed_in, now),
    }
}

/// Whether a page for everyone is answered without the session: there is none, or it cannot be read for now.
fn can_pass_without_session(problem: &Problem) -> bool {
    problem.wants_sign_in() || problem.is_outage()
}
