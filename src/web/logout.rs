//! `POST /logout`: a plain local logout.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::client;
use super::cookies;
use super::cors;
use super::pages;
use super::problem::Problem;
use crate::app::App;
use crate::logout;

/// Ends the session of this browser. Whoever is signed out already is signed out.
pub async fn local(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let answer = match end(&app, &request).await {
        Ok(()) => {
            let json = client::wants_json_only(&request);
            let mut answer = if json { HttpResponse::NoContent().finish() } else { pages::signed_out(&app) };
            cookies::clear_session(&app, &mut answer);
            answer
        }
        Err(problem) => problem.for_browser(&request),
    };
    cors::allow(&app, &request, answer)
}

async fn end(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    if !cors::may_change(app, request) {
        return Err(Problem::foreign_origin());
    }
    if let Some(id) = cookies::named(app, request) {
        logout::local(app, id, app.clock.now()).await?;
    }
    Ok(())
}
