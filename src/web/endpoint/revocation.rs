//! `POST /oauth2/revoke` (RFC 7009).

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::token;
use crate::web::answer::app_refusal::AppRefusal;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::client_authentication::{authenticate, record_refusal};
use crate::web::request::extract::{Form, Parameters, Query};
use crate::web::request::throttle::Throttles;

const JSONP: AppRefusal = AppRefusal::new(Refusal::InvalidRequest, "callback", "JSONP is not supported");
const TOKEN_MISSING: AppRefusal = AppRefusal::new(Refusal::InvalidRequest, "token", "token is missing");

/// Revokes a token of the authenticated client. CORS is enabled, because the built-in client runs in browsers.
pub async fn revoke(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
    Form(form): Form,
    Query(query): Query,
) -> Result<HttpResponse, Problem> {
    let revoked = revoked(&app, &throttles, &request, &form, &query).await;
    revoked.inspect_err(|problem| record_refusal(&request, &form, problem))
}

async fn revoked(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    form: &Parameters,
    query: &Parameters,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let client = authenticate(app, throttles, request, form, now).await?;
    let client = &*client;
    if !client.is_confidential {
        // A public client proves nothing, so each of its requests counts against the rate limit.
        throttles.token(app, request)?;
    }
    // JSONP (RFC 7009 §2.3) is not supported: the answer is never a script.
    if form.get("callback").is_some() || query.get("callback").is_some() {
        return Err(JSONP.into());
    }
    let token = form.get("token").ok_or(TOKEN_MISSING)?;
    token::revoke(app, client, token, now).await?;
    Ok(HttpResponse::Ok().finish())
}
