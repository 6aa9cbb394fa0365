//! The JSON door, for single-page apps that own the redirect URI: `GET /oauth2/url/`, `POST /oauth2/token/`.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use serde_json::{Value, json};

use super::cookies;
use super::cors;
use super::extract::{self, Parameters};
use super::login::{caller, hints};
use super::problem::Problem;
use super::throttle::Throttles;
use crate::app::App;
use crate::base::clock::Instant;
use crate::base::secret::Plain;
use crate::keys::BadKey;
use crate::login::{self, Arrival, Code, Completed, Door, Finished, Return, Verdict};
use crate::logout;
use crate::token::{self, RefreshToken};
use crate::upstream::{Answer, Provider, ProviderTokens};

/// Where to send the browser, and the state to wait for.
pub async fn url(app: Data<App>, throttles: Data<Throttles>, request: HttpRequest) -> HttpResponse {
    let answer = begin(&app, &throttles, &request).await;
    cors::allow(&app, &request, answer.unwrap_or_else(|problem| problem.for_program(&request)))
}

async fn begin(app: &App, throttles: &Throttles, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    throttles.begin(app, request)?;
    let query = Parameters::of_query(request)?;
    let provider = query.get("provider").ok_or_else(Problem::invalid_request)?.to_owned();
    let (binding, cookie) = cookies::bind(app, request);
    let caller = caller(app, request);
    let arrival = Arrival {
        provider,
        door: Door::Json,
        hints: hints(&query)?,
        return_to: None,
        request: None,
        link: None,
        binding,
        caller,
    };
    let begun = login::begin(app, arrival, app.clock.now()).await.map_err(parameter)?;
    let body = json!({ "url": begun.url, "state": begun.state.expose(), "expires_in": begun.expires_in });
    Ok(HttpResponse::Ok().cookie(cookie).json(body))
}

/// Exchanges what the provider sent back for our own tokens.
pub async fn token(app: &App, throttles: &Throttles, request: &HttpRequest, payload: Payload) -> HttpResponse {
    let answer = exchange(app, throttles, request, payload).await;
    cors::allow(app, request, answer.unwrap_or_else(|problem| problem.for_program(request)))
}

#[derive(Deserialize)]
struct Exchange {
    provider: String,
    code: String,
    state: String,
    iss: Option<String>,
}

async fn exchange(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    throttles.come_back(app, request)?;
    let body = extract::body(request, payload, app.config.limits.body_bytes).await?;
    let Exchange { provider, code, state, iss } = extract::json(&body)?;
    if [&provider, &code, &state].into_iter().any(|text| text.is_empty() || text.contains('\0')) {
        return Err(Problem::invalid_request());
    }
    let verdict = Verdict::Granted(Answer { code: Plain::new(code), iss, iss_may_be_missing: true });
    let id = provider.clone();
    // A frontend's sessions are its own business: a browser may have several here.
    let (door, state, previous) = (Door::Json, Plain::new(state), None);
    let back = Return { provider, door, state, verdict, previous, caller: caller(app, request) };
    let now = app.clock.now();
    let completed = login::complete(app, back, now).await.map_err(parameter)?;
    let provider = app.providers.get(&id).ok_or(Code::UnknownProvider)?;
    let Finished::SignedIn(completed) = completed else { return Err(Code::UnknownState.into()) };
    answer(app, provider, *completed, now).await
}

async fn answer(app: &App, provider: &Provider, done: Completed, now: Instant) -> Result<HttpResponse, Problem> {
    let issued = token::issue(app, &done.signed_in, now).map_err(|error| cannot_sign(&error))?;
    let refresh = RefreshToken { session: done.signed_in.session.id, counter: 0 };
    let mut at_provider = if provider.registration().expose_tokens { exposed(&done.tokens) } else { json!({}) };
    if let Some(members) = at_provider.as_object_mut() {
        let url = logout::address_at(app, provider, done.tokens.id_token.as_ref(), now).await;
        members.insert("logout_url".into(), json!(url));
    }
    Ok(HttpResponse::Ok().json(json!({
        "api": {
            "access": issued.token.expose(),
            "refresh": refresh.encode(&app.config.ring).expose(),
            "token_type": "Bearer",
            "expires_in": issued.expires_in,
        },
        "provider": at_provider,
        "user": done.signed_in.user,
    })))
}

fn exposed(tokens: &ProviderTokens) -> Value {
    json!({
        "access_token": tokens.access_token.expose(),
        "refresh_token": tokens.refresh_token.as_ref().map(Plain::expose),
        "id_token": tokens.id_token.as_ref().map(Plain::expose),
        "expires_in": tokens.expires_in,
    })
}

/// At this door the provider is a parameter, so an unknown one is bad input and not a missing page.
fn parameter(refusal: login::Refusal) -> Problem {
    let problem = Problem::from(refusal);
    if problem.is(Code::UnknownProvider) { Problem::unknown_provider_parameter() } else { problem }
}

/// No key signs: a defect of ours, since the start makes sure of one.
pub fn cannot_sign(error: &BadKey) -> Problem {
    tracing::error!(%error, "cannot sign an access token");
    Problem::internal()
}
