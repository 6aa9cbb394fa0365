//! The answer to `/verify?resource=<id>`: by the token, its scopes, and the conditions of the rule, of the resource and of the query.

use actix_web::{HttpRequest, HttpResponse};

use super::answer::{denied, passes_with};
use super::at_resource::AskedResource;
use super::question::Question;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::config::SiteConditions;
use crate::verify::{Judgement, check_conditions};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// Judges a request to a resource. `at` is the position of the rule that is about it, if there are rules.
pub async fn answer(
    app: &App,
    request: &HttpRequest,
    question: &Question<'_>,
    asked: &AskedResource,
    (at, of_rule): (Option<usize>, &SiteConditions),
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let resource = app.config.resource(&asked.id).ok_or(Refusal::InvalidRequest)?;
    let asked = &asked.with_scopes(&of_rule.scopes);
    let token = match asked.token(app, resource, request, now).await {
        Ok(token) => token,
        Err(problem) if problem.wants_sign_in() => return Ok(asked.unauthorized(resource, request, &problem)),
        Err(problem) => return Err(problem),
    };
    if let Some(answer) = asked.lacks_scope(resource, request, &token) {
        return Ok(answer);
    }
    let signed_in = &token.seen.signed_in;
    let provider = app.providers.get(&signed_in.session.provider).ok_or(Refusal::SessionRevoked)?;
    let registration = provider.registration();
    for conditions in [of_rule, &resource.conditions] {
        match check_conditions(conditions, &question.narrowing, signed_in, &token.seen.claims, registration, now) {
            Judgement::Passes => {}
            Judgement::Denied(why) => return Ok(denied(app, request, question, Some(signed_in), at, &why)),
            Judgement::StepUp(wanted) => return Ok(asked.step_up(resource, request, registration, wanted)),
        }
    }
    passes_with(app, &token.identity(app), &token.token)
}
