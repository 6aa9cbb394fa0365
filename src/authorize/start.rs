//! Receives an authorization request, from a browser or pushed (RFC 9126).

use chrono::TimeDelta;

use super::answer::OAuthError;
use super::decision::Decision;
use super::next::{FirstStep, LoginStep, Next, decision_input, issue_code, only_provider, refusal};
use super::open::{OpenRequest, OpenRequestError};
use super::remembered::decide_remembering;
use super::request::AuthorizationRequest;
use super::store;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::AuthorizationRequestId;
use crate::base::secret::{Hashed, Plain};
use crate::grant::{LoginFor, NewRequest};
use crate::session::SignedIn;

/// How long a stored request is valid: the time for sign-in and consent.
const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How long a `request_uri` is valid.
const PUSHED_LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// The prefix of a `request_uri` (RFC 9126 §2.2); the secret follows.
const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// The browser that sends a request.
pub struct Browser {
    /// Its session, if it is signed in.
    pub signed_in: Option<SignedIn>,
    /// The hash of its binding cookie.
    pub binding: Hashed,
}

/// Handles a request from a browser. One statement, which stores the code or the request; none if the request is stored
/// with a login. One more to find a remembered consent.
pub async fn start(
    app: &App,
    request: AuthorizationRequest,
    browser: &Browser,
    now: Timestamp,
) -> Result<FirstStep, DbError> {
    let input = decision_input(app, &request, browser.signed_in.as_ref(), false, now);
    let next = decide_remembering(app, &request, input, browser.signed_in.as_ref()).await?;
    if let Decision::Refuse(error, why) = next {
        return Ok(FirstStep::Next(refusal(&request, error, why)));
    }
    if let (Decision::Code, Some(signed_in)) = (next, &browser.signed_in)
        && let Some(answer) = issue_code(app, None, &request, signed_in, now).await?
    {
        return Ok(FirstStep::Next(Next::App(Box::new(answer))));
    }
    if request.prompt.none {
        // The session ended concurrently.
        return Ok(FirstStep::Next(refusal(&request, OAuthError::LoginRequired, "nobody is signed in")));
    }
    let id = AuthorizationRequestId::new(now);
    let binding = Some(browser.binding.as_bytes().to_vec());
    let row = NewRequest { binding_hash: binding, ..new_request(id, &request, now, LIFETIME) };
    if next == Decision::Deny {
        app.db.run("store authorization request", move |conn| store::insert(conn, &row)).await?;
        return Ok(FirstStep::Next(Next::Denied(id)));
    }
    let needs_consent = next == Decision::Consent;
    let step_up = browser.signed_in.as_ref().filter(|_| next == Decision::StepUp);
    let step_up = step_up.map(|signed_in| signed_in.session.provider.clone());
    if !needs_consent && let Some(provider) = step_up.or_else(|| only_provider(app, &request)) {
        let row = LoginFor::New(Box::new(row));
        return Ok(FirstStep::Login(Box::new(LoginStep { provider, request, row })));
    }
    app.db.run("store authorization request", move |conn| store::insert(conn, &row)).await?;
    Ok(FirstStep::Next(if needs_consent { Next::Consent(id) } else { Next::SignIn(id, None) }))
}

/// Stores a pushed request. Returns its `request_uri` and the seconds for which it is valid.
pub async fn push(app: &App, request: &AuthorizationRequest, now: Timestamp) -> Result<(Plain, i64), DbError> {
    let secret = Plain::random();
    let id = AuthorizationRequestId::new(now);
    let uri = secret.hashed().as_bytes().to_vec();
    let row = NewRequest { request_uri_hash: Some(uri), ..new_request(id, request, now, PUSHED_LIFETIME) };
    app.db.run("push authorization request", move |conn| store::insert(conn, &row)).await?;
    Ok((Plain::new(format!("{REQUEST_URI}{}", secret.expose())), PUSHED_LIFETIME.num_seconds()))
}

/// Binds a pushed request to the first browser that sends its `request_uri`; that browser may send it again until it is answered.
pub async fn consume_pushed_request(
    app: &App,
    client_id: &str,
    request_uri: &str,
    binding: Hashed,
    now: Timestamp,
) -> Result<OpenRequest, OpenRequestError> {
    let secret = request_uri.strip_prefix(REQUEST_URI).ok_or(OpenRequestError::Unknown)?;
    let (hash, client_id) = (Hashed::of(secret), client_id.to_owned());
    let consume_pushed_request =
        move |conn: &mut _| store::consume_pushed_request(conn, hash, &client_id, binding, now, now + LIFETIME);
    let row = app.db.run("consume pushed request", consume_pushed_request).await?;
    OpenRequest::of(app, row.ok_or(OpenRequestError::Unknown)?)
}

/// The row of a request, neither pushed nor bound to a browser.
fn new_request(
    id: AuthorizationRequestId,
    request: &AuthorizationRequest,
    now: Timestamp,
    lifetime: TimeDelta,
) -> NewRequest {
    NewRequest {
        id,
        client_id: request.client_id.clone(),
        request: serde_json::to_value(request).unwrap_or_default(),
        request_uri_hash: None,
        binding_hash: None,
        created_at: now,
        expires_at: now + lifetime,
    }
}
