//! `POST /oauth2/introspect` (RFC 7662).

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::gate;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::client_authentication::{self, authenticate};
use crate::web::request::extract::Form;
use crate::web::request::throttle::Throttles;

/// The state of a token, for authenticated confidential clients.
pub async fn introspect(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
    Form(form): Form,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let client = authenticate(&app, &throttles, &request, &form, now).await?;
    if !client.is_confidential {
        // A public client proves nothing: a stolen token could be tested here (RFC 7662 §4).
        throttles.token(&app, &request)?;
        return Err(client_authentication::refused(&request));
    }
    let token = form.get("token").ok_or(Refusal::InvalidRequest)?;
    Ok(HttpResponse::Ok().json(gate::introspect(&app, client, token, now).await?))
}
