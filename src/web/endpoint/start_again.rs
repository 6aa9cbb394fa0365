//! `POST /session/start-again`: the button on the page for a browser with the cookies of two different sessions.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::web::answer::page;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::expired_cookies;
use crate::web::request::extract::{Form, Parameters};

/// Removes all session cookies of the browser, and continues with `return_to`. The sessions themselves do not end: it is
/// not known which one is the user's. If the removals do not fit into one answer, the browser repeats the form (307).
pub async fn start_again(app: Data<App>, request: HttpRequest, Form(form): Form) -> Result<HttpResponse, Problem> {
    let prefix = app.config.server.public_url.prefix();
    let first = match Parameters::of_query(&request)?.get("first") {
        None => 0,
        Some(first) => first.parse().map_err(|_| Refusal::InvalidRequest)?,
    };
    let return_to = form.get("return_to").and_then(|address| app.config.login.return_to.check(address));
    let mut answer = page::see_other(&return_to.unwrap_or_else(|| page::account_path(&app)));
    let next = expired_cookies::remove_all(&app, form.get("at").unwrap_or("/"), first, &mut answer);
    if let Some(next) = next {
        *answer.status_mut() = StatusCode::TEMPORARY_REDIRECT;
        let repeat = format!("{prefix}/session/start-again?first={next}");
        answer.headers_mut().insert(header::LOCATION, repeat.parse().map_err(|_| Refusal::Internal)?);
    }
    Ok(answer)
}
