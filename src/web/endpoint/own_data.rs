//! `GET /account/data`: what the gateway stores about the signed-in user, as a file.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue};
use actix_web::web::Data;

use crate::administration;
use crate::app::App;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::caller::Caller;

/// The document. `Cache-Control: no-store` is on every answer.
pub async fn show(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let found = administration::own_data(&app, caller.signed_in.user.sub, app.clock.now()).await?;
    // The user was deleted after the session was read.
    let document = found.ok_or(Refusal::SessionRevoked)?;
    let mut answer = HttpResponse::Ok().json(document);
    let file = HeaderValue::from_static("attachment; filename=\"vestibule-data.json\"");
    answer.headers_mut().insert(CONTENT_DISPOSITION, file);
    Ok(answer)
}
