//! `/admin/…` on the admin listener: administration of users and sessions, authenticated by `admin.token`.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::{Data, Path};
use actix_web::{Error, HttpRequest, HttpResponse};
use serde::Serialize;

use crate::account::Record;
use crate::administration::{self, Actor};
use crate::app::App;
use crate::base::id::{SessionId, UserId};
use crate::login::{self, Unlinked};
use crate::logout::{self, Undelivered};
use crate::session::Listed;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::authorization::Authorization;
use crate::web::request::extract::{Parameters, Query};
use crate::web::request::throttle::Throttles;

/// The default of `limit`: rows in an answer.
const USUAL: i64 = 50;
/// The maximum of `limit`.
const MAX_LISTED: i64 = 200;
/// The maximum length of `q`, in bytes.
const MAX_WORDS: usize = 256;

/// Requires the Bearer token `admin.token`; 401 or 429 without it.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if is_administrator(request.request()) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let refused = refusal(request.request()).for_program(request.request());
    Ok(request.into_response(refused).map_into_right_body())
}

/// The refusal, counted against the rate limit of the network.
fn refusal(request: &HttpRequest) -> Problem {
    let (app, throttles) = (request.app_data::<Data<App>>(), request.app_data::<Data<Throttles>>());
    let counted = app.zip(throttles).map(|(app, throttles)| throttles.not_administrator(app, request));
    if let Some(Err(limited)) = counted {
        return limited;
    }
    let came = request.headers().contains_key(header::AUTHORIZATION);
    tracing::warn!(path = ?request.path(), came, "an administrator's token was missing or wrong");
    Problem::not_administrator(came)
}

/// Compares the hashes in constant time, so that the time reveals neither the content nor the length of the token.
fn is_administrator(request: &HttpRequest) -> bool {
    let token = request.app_data::<Data<App>>().and_then(|app| app.config.admin.token.as_ref());
    let (Some(token), Authorization::Bearer(presented)) = (token, Authorization::of(request)) else { return false };
    presented.hashed().matches(token.plain().hashed().as_bytes())
}

#[derive(Serialize)]
struct Users {
    users: Vec<Record>,
    /// The value of `after` for the next users; null after the last.
    next: Option<UserId>,
}

#[derive(Serialize)]
struct Sessions {
    sessions: Vec<Listed>,
}

#[derive(Serialize)]
struct Revoked {
    /// The number of sessions that were ended.
    revoked: usize,
}

#[derive(Serialize)]
struct Notices {
    notices: Vec<Undelivered>,
}

/// Users, newest first. `q` searches the e-mail address and the names; `after` is the `next` of the previous answer.
pub async fn users(app: Data<App>, Query(parameters): Query) -> Result<HttpResponse, Problem> {
    let words = parameters.get("q").unwrap_or_default().to_owned();
    if words.len() > MAX_WORDS {
        return Err(Problem::invalid(format!("The parameter q is longer than {MAX_WORDS} bytes.")));
    }
    let most = limit(&parameters)?;
    let after = parameters.get("after").map(str::parse).transpose();
    let after = after.map_err(|_| Problem::invalid("The parameter after is not the sub of a user."))?;
    let users = administration::search(&app.db, words, after, most).await?;
    let full = usize::try_from(most).is_ok_and(|most| users.len() == most);
    let next = users.last().filter(|_| full).map(|user| user.sub);
    Ok(HttpResponse::Ok().json(Users { users, next }))
}

/// One user with all identities, each a pair `(provider, sub)`.
pub async fn user(app: Data<App>, sub: Path<String>) -> Result<HttpResponse, Problem> {
    let person = administration::details(&app.db, named(&sub)?).await?.ok_or(Refusal::NotFound)?;
    Ok(HttpResponse::Ok().json(person))
}

/// Deletes a user, and ends the user's sessions.
pub async fn delete_user(app: Data<App>, sub: Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let gone = administration::delete(&app.db, &app.endings, named(&sub)?, Actor::Token, now).await?;
    if gone { Ok(HttpResponse::NoContent().finish()) } else { Err(Refusal::NotFound.into()) }
}

/// Disables a user: ends the sessions and refuses new logins.
pub async fn disable(app: Data<App>, sub: Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let disabled = administration::disable(&app.db, &app.endings, named(&sub)?, Actor::Token, now).await?;
    let (user, _) = disabled.ok_or(Refusal::NotFound)?;
    Ok(HttpResponse::Ok().json(user))
}

/// Enables a disabled user. Logins work again; ended sessions stay ended.
pub async fn enable(app: Data<App>, sub: Path<String>) -> Result<HttpResponse, Problem> {
    let enabled = administration::enable(&app.db, named(&sub)?, Actor::Token, app.clock.now()).await?;
    Ok(HttpResponse::Ok().json(enabled.ok_or(Refusal::NotFound)?))
}

/// Removes an identity of a user at once, and ends its sessions; 409 for the only one.
pub async fn unlink(app: Data<App>, names: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (user, id) = (named(&names.0)?, names.1.parse().map_err(|_| Refusal::NotFound)?);
    let detail = Actor::Token.detail();
    let now = app.clock.now();
    match login::unlink_for_administrator(&app.db, &app.endings, (user, id), detail, now).await? {
        Unlinked::Gone { .. } => Ok(HttpResponse::NoContent().finish()),
        Unlinked::Last => Err(Refusal::LastIdentity.into()),
        Unlinked::NotFound | Unlinked::Scheduled(_) => Err(Refusal::NotFound.into()),
    }
}

/// The live sessions of a user.
pub async fn sessions(app: Data<App>, sub: Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let listed = administration::sessions(&app.db, app.lifetime, named(&sub)?, now).await?;
    Ok(HttpResponse::Ok().json(Sessions { sessions: listed.ok_or(Refusal::NotFound)? }))
}

/// Ends all sessions of a user. The answer has their number.
pub async fn end_sessions(app: Data<App>, sub: Path<String>) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let ended = administration::end_sessions(&app.db, &app.endings, named(&sub)?, now).await?;
    Ok(HttpResponse::Ok().json(Revoked { revoked: ended.ok_or(Refusal::NotFound)? }))
}

/// Ends one session; 404 if it does not exist or has ended.
pub async fn end_session(app: Data<App>, sid: Path<String>) -> Result<HttpResponse, Problem> {
    let id: SessionId = sid.parse().map_err(|_| Refusal::NotFound)?;
    let ended = administration::end_session(&app.db, &app.endings, id, app.clock.now()).await?;
    if ended { Ok(HttpResponse::NoContent().finish()) } else { Err(Refusal::NotFound.into()) }
}

/// The recorded steps of a login, found by its reference.
pub async fn login(app: Data<App>, reference: Path<String>) -> Result<HttpResponse, Problem> {
    let report = login::report(&app.db, &reference).await?.ok_or(Refusal::NotFound)?;
    Ok(HttpResponse::Ok().json(report))
}

/// Undelivered back-channel logout notices, newest first.
pub async fn logout_notices(app: Data<App>, Query(parameters): Query) -> Result<HttpResponse, Problem> {
    let most = limit(&parameters)?;
    let notices = logout::undelivered(&app.db, most).await?;
    Ok(HttpResponse::Ok().json(Notices { notices }))
}

fn limit(parameters: &Parameters) -> Result<i64, Problem> {
    let Some(number) = parameters.get("limit") else { return Ok(USUAL) };
    Ok(number
        .parse::<i64>()
        .map_err(|_| Problem::invalid("The parameter limit is not a whole number."))?
        .clamp(1, MAX_LISTED))
}

fn named(sub: &str) -> Result<UserId, Problem> {
    sub.parse().map_err(|_| Refusal::NotFound.into())
}
