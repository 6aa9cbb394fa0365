//! `POST /oauth2/par` (RFC 9126).

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::authorize::{IsPushed, read_request};
use super::refused_authorization::{PUSHED_REQUEST_URI, app_request};
use crate::app::App;
use crate::authorize::{self, AuthorizationRequest, AuthorizeError, ErrorAnswer};
use crate::client::{Asker, Client};
use crate::web::answer::app_refusal::{self, AppRequest};
use crate::web::answer::problem::Problem;
use crate::web::answer::token_response::ErrorResponse;
use crate::web::request::client_authentication::{authenticate_pushed, record_refusal, sent_client_id};
use crate::web::request::client_by_url::Fetching;
use crate::web::request::extract::{Form, Parameters};
use crate::web::request::throttle::Throttles;

/// The answer to a pushed request (RFC 9126 §2.2).
#[derive(Serialize)]
struct Pushed<'a> {
    request_uri: &'a str,
    /// How long the request may begin, in seconds.
    expires_in: i64,
}

/// `POST /oauth2/par`: a pushed authorization request (RFC 9126).
pub async fn push(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
    Form(form): Form,
) -> Result<HttpResponse, Problem> {
    let pushed = pushed(app.get_ref(), &throttles, &request, &form).await;
    pushed.inspect_err(|problem| record_refusal(&request, &form, problem))
}

async fn pushed(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    form: &Parameters,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let from = Fetching { app, throttles, request, now };
    let client = authenticate_pushed(from, form).await?;
    throttles.push_for(app, request, &client)?;
    if form.get("request_uri").is_some() {
        return Err(PUSHED_REQUEST_URI.into());
    }
    let id = client.by_url.as_ref().map(|_| client.id.as_str());
    let by_url = from.described(id, Asker::Client).await?;
    match read_pushed(app, &client, by_url.as_ref(), form) {
        Ok(asked) => {
            let (request_uri, expires_in) = authorize::push(app, &asked, now).await?;
            Ok(HttpResponse::Created().json(Pushed { request_uri: request_uri.expose(), expires_in }))
        }
        Err(AuthorizeError::Told(answer)) => Ok(error_response(request, form, &answer)),
        Err(refused) => Err(refused.into()),
    }
}

/// The error response to a client that has authenticated (RFC 9126 §2.3), which the log has as well.
fn error_response(request: &HttpRequest, form: &Parameters, answer: &ErrorAnswer) -> HttpResponse {
    let client_id = sent_client_id(request, form);
    let sent = AppRequest { client_id: client_id.as_deref(), ..app_request(form) };
    let (error, error_description) = (answer.error.as_str(), answer.description.as_str());
    app_refusal::record_told(request, sent, answer.parameter, error, error_description);
    HttpResponse::BadRequest().json(ErrorResponse { error, error_description })
}

/// The request of an authenticated client. With `client_secret_basic` the parameter `client_id` may be absent.
fn read_pushed(
    app: &App,
    client: &Client,
    by_url: Option<&Arc<Client>>,
    form: &Parameters,
) -> Result<AuthorizationRequest, AuthorizeError> {
    let get = |name: &str| match name {
        "client_id" => Some(client.id.clone()),
        _ => form.get(name).map(str::to_owned),
    };
    read_request(app, &get, &[], IsPushed(true), by_url)
}
