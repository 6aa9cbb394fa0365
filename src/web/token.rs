//! `POST /oauth2/token`: by a form the token endpoint of OAuth 2.1, by JSON the second call of the JSON door.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::client;
use super::client_authentication::authenticate;
use super::cors;
use super::extract::{self, Parameters};
use super::json_door;
use super::problem::Problem;
use super::throttle::Throttles;
use crate::app::App;
use crate::base::secret::Plain;
use crate::token::{Presented, RenewalRefused, Renewed, renew};

/// Hands the request to the door whose content type it has.
pub async fn token(app: Data<App>, throttles: Data<Throttles>, request: HttpRequest, payload: Payload) -> HttpResponse {
    match extract::media_type(&request).as_str() {
        "application/json" => json_door::token(&app, &throttles, &request, payload).await,
        "application/x-www-form-urlencoded" => {
            let answer = grant(&app, &throttles, &request, payload).await;
            cors::allow(&app, &request, answer.unwrap_or_else(|no| no.answer(&request)))
        }
        _ => {
            let limited = throttles.come_back(&app, &request).err();
            cors::allow(&app, &request, limited.unwrap_or_else(Problem::media_type).for_program(&request))
        }
    }
}

/// A refusal in the words of RFC 6749 §5.2.
struct No {
    error: &'static str,
    problem: Problem,
}

impl No {
    fn answer(self, request: &HttpRequest) -> HttpResponse {
        self.problem.for_oauth(request, self.error)
    }
}

impl From<Problem> for No {
    fn from(problem: Problem) -> Self {
        Self { error: problem.oauth_error(), problem }
    }
}

async fn grant(app: &App, throttles: &Throttles, request: &HttpRequest, payload: Payload) -> Result<HttpResponse, No> {
    let no = |error| No { error, problem: Problem::invalid_request() };
    throttles.token(app, request)?;
    let body = extract::body(request, payload, app.config.limits.body_bytes).await?;
    let form = Parameters::parse(std::str::from_utf8(&body).map_err(|_| no("invalid_request"))?)?;
    let now = app.clock.now();
    let client = authenticate(app, throttles, request, &form, now)?;
    match form.get("grant_type") {
        Some("refresh_token") => {}
        Some(_) => return Err(no("unsupported_grant_type")),
        None => return Err(no("invalid_request")),
    }
    let token = Plain::new(form.get("refresh_token").ok_or_else(|| no("invalid_request"))?);
    let presented = Presented {
        token,
        client_id: client.id.clone(),
        scope: form.get("scope").map(str::to_owned),
        ip: client::address(request, &app.config.server.trusted_proxies),
    };
    match renew(app, presented, now).await {
        Ok(renewed) => Ok(issued(&renewed)),
        Err(RenewalRefused::InvalidGrant) => Err(no("invalid_grant")),
        Err(RenewalRefused::InvalidScope) => Err(no("invalid_scope")),
        Err(RenewalRefused::Db(error)) => Err(Problem::from(error).into()),
        Err(RenewalRefused::Sign(error)) => Err(json_door::cannot_sign(&error).into()),
    }
}

/// RFC 6749 §5.1.
fn issued(renewed: &Renewed) -> HttpResponse {
    let mut answer = HttpResponse::Ok().json(json!({
        "access_token": renewed.access.token.expose(),
        "token_type": "Bearer",
        "expires_in": renewed.access.expires_in,
        "refresh_token": renewed.refresh.expose(),
        "scope": renewed.scope,
    }));
    answer.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    answer
}
