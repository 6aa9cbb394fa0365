//! A request arrives: in a browser, or ahead of it (RFC 9126).

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

/// How long a person may take to sign in and to agree.
const LIFETIME: TimeDelta = TimeDelta::hours(1);
/// How long an app may take to send its user with a pushed request.
const PUSHED_LIFETIME: TimeDelta = TimeDelta::seconds(60);
/// What a pushed request is called by (RFC 9126 §2.2), with its secret part behind.
const REQUEST_URI: &str = "urn:ietf:params:oauth:request_uri:";

/// The browser that brings a request.
pub struct Browser {
    /// Who is signed in with it.
    pub signed_in: Option<SignedIn>,
    /// The hash of its binding cookie.
    pub binding: Hashed,
}

/// Where the browser goes.
pub enum Next {
    /// To the app, with a code or an error.
    App(String),
    /// To a page that asks the person to agree.
    Agree(AuthorizationRequestId),
    /// To sign in, at that provider or at one of choice.
    SignIn(AuthorizationRequestId, Option<String>),
}

/// Takes a request that a browser brings. One round trip: the code, or the request, is written down.
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
        // The session ended in this very moment.
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

/// Writes a request down that a browser will bring later. The answer is its `request_uri` and the seconds it is good for.
pub async fn push(app: &App, request: &AuthorizationRequest, now: Timestamp) -> Result<(Plain, i64), DbError> {
    let secret = Plain::random();
    let id = AuthorizationRequestId::new(now);
    let row = Stored::new(id, request, Some(secret.hashed()), None, now, now + PUSHED_LIFETIME);
    app.db.run("push authorization request", move |conn| store::insert(conn, &row)).await?;
    Ok((Plain::new(format!("{REQUEST_URI}{}", secret.expose())), PUSHED_LIFETIME.num_seconds()))
}

/// Takes up a pushed request, once, for the browser that brings it.
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

/// What the rule is told.
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

/// Hands the app its code, and is done with the request; `None` where the session ended, or the request had its answer.
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

/// The provider to sign in at, where there is nothing to choose.
pub(super) fn where_to(app: &App, request: &AuthorizationRequest) -> Option<String> {
    let only = |providers: &Vec<String>| <[String; 1]>::try_from(providers.clone()).ok().map(|[only]| only);
    request.provider.clone().or_else(|| app.clients.get(&request.client_id).and_then(|client| only(&client.providers)))
}

pub(super) fn refusal(app: &App, request: &AuthorizationRequest, error: OAuthError, why: &str) -> Next {
    Next::App(ErrorAnswer::to(request, error, why).location(app.config.server.public_url.issuer()))
}
