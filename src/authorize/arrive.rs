//! Receives an authorization request, from a browser or pushed (RFC 9126).

use chrono::TimeDelta;

use super::answer::{self, ErrorAnswer, OAuthError};
use super::decision::{Decision, Seen, decide};
use super::request::AuthorizationRequest;
use super::resume::{NotOpen, Open};
use super::store::{self, Code, Stored};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::db::DbError;
use crate::base::id::AuthorizationRequestId;
use crate::base::secret::{Hashed, Plain};
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

/// Where the browser is redirected to.
pub enum Next {
    /// To the app, with the authorization response.
    App(String),
    /// To the consent page.
    Agree(AuthorizationRequestId),
    /// To a login, at this provider or at one that the person chooses.
    SignIn(AuthorizationRequestId, Option<String>),
}

/// Handles a request from a browser. One statement, which stores the code or the request.
pub async fn arrive(
    app: &App,
    request: AuthorizationRequest,
    browser: &Browser,
    now: Timestamp,
) -> Result<Next, DbError> {
    let seen = seen(app, &request, browser.signed_in.as_ref(), false, now);
    let next = decide(&request, &seen);
    if let Decision::Refuse(error, why) = next {
        return Ok(refusal(app, &request, error, why));
    }
    if let (Decision::Code, Some(signed_in)) = (next, &browser.signed_in)
        && let Some(url) = hand_out(app, None, &request, signed_in, now).await?
    {
        return Ok(Next::App(url));
    }
    if request.prompt.none {
        // The session ended concurrently.
        return Ok(refusal(app, &request, OAuthError::LoginRequired, "nobody is signed in"));
    }
    let id = AuthorizationRequestId::new(now);
    let row = Stored::new(id, &request, None, Some(browser.binding), now, now + LIFETIME);
    app.db.run("store authorization request", move |conn| store::insert(conn, &row)).await?;
    Ok(match next {
        Decision::Agree => Next::Agree(id),
        _ => Next::SignIn(id, where_to(app, &request)),
    })
}

/// Stores a pushed request. Returns its `request_uri` and the seconds for which it is valid.
pub async fn push(app: &App, request: &AuthorizationRequest, now: Timestamp) -> Result<(Plain, i64), DbError> {
    let secret = Plain::random();
    let id = AuthorizationRequestId::new(now);
    let row = Stored::new(id, request, Some(secret.hashed()), None, now, now + PUSHED_LIFETIME);
    app.db.run("push authorization request", move |conn| store::insert(conn, &row)).await?;
    Ok((Plain::new(format!("{REQUEST_URI}{}", secret.expose())), PUSHED_LIFETIME.num_seconds()))
}

/// Binds a pushed request to the browser that sends its `request_uri`, once.
pub async fn take_up(
    app: &App,
    client_id: &str,
    request_uri: &str,
    binding: Hashed,
    now: Timestamp,
) -> Result<Open, NotOpen> {
    let secret = request_uri.strip_prefix(REQUEST_URI).ok_or(NotOpen::Unknown)?;
    let (hash, client_id) = (Hashed::of(secret), client_id.to_owned());
    let take_up = move |conn: &mut _| store::take_up(conn, hash, &client_id, binding, now, now + LIFETIME);
    let row = app.db.run("take up authorization request", take_up).await?;
    Open::of(app, row.ok_or(NotOpen::Unknown)?)
}

/// The inputs of the decision.
pub(super) fn seen<'a>(
    app: &App,
    request: &AuthorizationRequest,
    signed_in: Option<&'a SignedIn>,
    for_this: bool,
    now: Timestamp,
) -> Seen<'a> {
    let client = app.clients.get(&request.client_id);
    let may = |signed_in: &&SignedIn| client.is_some_and(|client| client.takes_provider(&signed_in.session.provider));
    let session = signed_in.filter(may).map(|signed_in| &signed_in.session);
    Seen { session, for_this, agreed: false, asked_at: now, now }
}

/// Issues the code and marks the request as answered; `None` where the session ended or the request was answered before.
pub(super) async fn hand_out(
    app: &App,
    id: Option<AuthorizationRequestId>,
    request: &AuthorizationRequest,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Result<Option<String>, DbError> {
    let code = Plain::random();
    let lifetime = TimeDelta::from_std(app.config.tokens.code_lifetime).unwrap_or(TimeDelta::seconds(60));
    let row = Code {
        hash: code.hashed(),
        request_id: id,
        session: signed_in.session.id,
        request: request.clone(),
        now,
        expires_at: now + lifetime,
    };
    let handed_out = app.db.run("hand out code", move |conn| store::hand_out(conn, &row)).await?;
    let issuer = app.config.server.public_url.issuer();
    Ok(handed_out.then(|| answer::with_code(request, code.expose(), issuer)))
}

/// The only provider that the request allows; `None` where the person chooses.
pub(super) fn where_to(app: &App, request: &AuthorizationRequest) -> Option<String> {
    let only = |providers: &Vec<String>| <[String; 1]>::try_from(providers.clone()).ok().map(|[only]| only);
    request.provider.clone().or_else(|| app.clients.get(&request.client_id).and_then(|client| only(&client.providers)))
}

pub(super) fn refusal(app: &App, request: &AuthorizationRequest, error: OAuthError, why: &str) -> Next {
    Next::App(ErrorAnswer::to(request, error, why).location(app.config.server.public_url.issuer()))
}
