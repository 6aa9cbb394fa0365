//! `POST /oauth2/revoke` (RFC 7009).

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::token;
use crate::web::answer::problem::Problem;
use crate::web::request::client_authentication::authenticate;
use crate::web::request::extract::{self, Parameters};
use crate::web::request::throttle::Throttles;

/// Revokes a token of the authenticated client. CORS is enabled, because the built-in client runs in browsers.
pub async fn revoke(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    match answer(&app, &throttles, &request, payload).await {
        Ok(()) => HttpResponse::Ok().finish(),
        Err(problem) => problem.for_oauth_endpoint(&request),
    }
}

async fn answer(app: &App, throttles: &Throttles, request: &HttpRequest, payload: Payload) -> Result<(), Problem> {
    let form = extract::form(request, payload, app.config.limits.body_bytes).await?;
    let now = app.clock.now();
    let client = authenticate(app, throttles, request, &form, now).await?;
    if !client.is_confidential {
        // A public client proves nothing, so each of its requests counts against the rate limit.
        throttles.token(app, request)?;
    }
    // JSONP (RFC 7009 §2.3) is not supported: the answer is never a script.
    let callback = |parameters: &Parameters| parameters.get("callback").is_some();
    if callback(&form) || callback(&Parameters::of_query(request)?) {
        return Err(Problem::invalid_request());
    }
    let token = form.get("token").ok_or_else(Problem::invalid_request)?;
    Ok(token::revoke(app, client, token, now).await?)
}
