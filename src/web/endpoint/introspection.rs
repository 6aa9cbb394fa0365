//! `POST /oauth2/introspect` (RFC 7662).

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::gate;
use crate::web::answer::app_refusal::{self, AppRefusal, AppRequest};
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::client_authentication::{self, authenticate};
use crate::web::request::extract::{Form, Parameters};
use crate::web::request::throttle::Throttles;

const TOKEN_MISSING: AppRefusal = AppRefusal::new(Refusal::InvalidRequest, "token", "token is missing");
/// The reason in the log for a valid access token.
const OF_OTHERS: &str = "the access token was issued to another client, and its aud names neither this client nor an audience in \
                         clients.<id>.audience or clients.<id>.introspects";

/// The state of a token, for authenticated confidential clients.
pub async fn introspect(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
    Form(form): Form,
) -> Result<HttpResponse, Problem> {
    introspected(&app, &throttles, &request, &form)
        .await
        .inspect_err(|problem| client_authentication::record_refusal(&request, &form, problem))
}

async fn introspected(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    form: &Parameters,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let client = authenticate(app, throttles, request, form, now).await?;
    let client = &*client;
    if !client.is_confidential {
        // A public client proves nothing: a stolen token could be tested here (RFC 7662 §4).
        throttles.token(app, request)?;
        return Err(client_authentication::refused(request));
    }
    let token = form.get("token").ok_or(TOKEN_MISSING)?;
    let introspection = gate::introspect(app, client, token, now).await?;
    if introspection.is_of_others() {
        // The answer says no more than `active`, as RFC 7662 §2.2 requires.
        let sent = AppRequest { client_id: Some(&client.id), redirect_uri: None };
        app_refusal::record_told(request, sent, "token", "inactive", OF_OTHERS);
    }
    Ok(HttpResponse::Ok().json(introspection))
}
