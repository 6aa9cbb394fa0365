//! Refusals that depend on the session cookie of the request.

use actix_web::{HttpRequest, HttpResponse};

use super::cookies::{self, SessionCookie};
use crate::app::App;
use crate::web::answer::negotiate;
use crate::web::answer::pages;
use crate::web::answer::problem::Problem;

/// Renders a refusal. A 401 becomes a redirect to the login, which returns to the account page; JSON clients get the
/// 401.
pub fn page(app: &App, request: &HttpRequest, problem: Problem) -> HttpResponse {
    if !problem.wants_sign_in() || negotiate::wants_json_only(request) {
        return problem.for_browser(request);
    }
    let account = pages::account_path(app);
    let mut answer = pages::see_other(&format!("{}/login?return_to={account}", app.config.server.public_url.prefix()));
    clear_if_garbage(app, request, &mut answer);
    answer
}

/// Renders a refusal as `application/problem+json`, and removes an invalid session cookie.
pub fn program(app: &App, request: &HttpRequest, problem: Problem) -> HttpResponse {
    let mut answer = problem.for_program(request);
    clear_if_garbage(app, request, &mut answer);
    answer
}

/// Removes a session cookie that does not verify (SE-04). A verified cookie stays, also if its session has ended.
pub fn clear_if_garbage(app: &App, request: &HttpRequest, answer: &mut HttpResponse) {
    if matches!(cookies::session(app, request), SessionCookie::Garbage) {
        cookies::clear_session(app, answer);
    }
}
