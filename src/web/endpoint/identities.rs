//! `GET /identities`, `POST /identities/{provider}`, `DELETE /identities/{id}`, `POST /identities/{id}/keep`: the user's
//! identities at providers.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::fresh_login;
use crate::account::{self, Identity};
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::login::{self, Begun, Linking, NewLogin, Unlinked};
use crate::session::SignedIn;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::caller::Caller;
use crate::web::request::cookies;
use crate::web::request::extract::Parameters;
use crate::web::request::login::{self as login_request, checked_return_to, hints};

#[derive(Serialize)]
struct Identities {
    identities: Vec<IdentityView>,
}

/// An identity. `name`: of its provider.
#[derive(Serialize)]
struct IdentityView {
    name: String,
    #[serde(flatten)]
    identity: Identity,
}

/// When an identity will be removed.
#[derive(Serialize)]
struct Removal {
    unlink_at: Timestamp,
}

/// The address of the authorization request that links an identity.
#[derive(Serialize)]
struct LinkUrl {
    url: String,
    /// How long the link is valid, in seconds.
    expires_in: u64,
}

/// `GET /identities`: the identities of the user, oldest first.
pub async fn list(app: Data<App>, caller: Caller) -> Result<HttpResponse, Problem> {
    let user = caller.signed_in.user.sub;
    let identities = app.db.run("list identities", move |conn| account::identities(conn, user)).await?;
    let name = |identity: &Identity| match app.providers.get(&identity.provider) {
        Some(provider) => provider.name().to_owned(),
        None => identity.provider.clone(),
    };
    let views = identities.into_iter().map(|identity| IdentityView { name: name(&identity), identity }).collect();
    Ok(HttpResponse::Ok().json(Identities { identities: views }))
}

/// `POST /identities/{provider}`: the URL of the authorization request that links an identity.
pub async fn link(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    provider: Path<String>,
) -> Result<HttpResponse, Problem> {
    let provider = provider.into_inner();
    require_fresh_login(&app, &caller.signed_in, "link", &provider).await?;
    let (begun, cookie) = begin(&app, &request, &caller.signed_in, provider).await?;
    Ok(HttpResponse::Ok().cookie(cookie).json(LinkUrl { url: begun.url, expires_in: begun.expires_in }))
}

/// Begins the login that links an identity, bound to this browser and this session.
pub async fn begin(
    app: &App,
    request: &HttpRequest,
    signed_in: &SignedIn,
    provider: String,
) -> Result<(Begun, actix_web::cookie::Cookie<'static>), Problem> {
    let query = Parameters::of_query(request)?;
    let (hints, return_to) = (hints(&query)?, checked_return_to(app, &query)?);
    let (binding, cookie) = cookies::bind(app, request);
    let link = Some(Linking { session: signed_in.session.id, user: signed_in.user.sub });
    let caller = login_request::caller(app, request);
    let new_login = NewLogin { return_to, link, ..NewLogin::in_browser(provider, hints, binding, caller) };
    let begun = login::begin(app, new_login, app.clock.now()).await?;
    Ok((begun, cookie))
}

/// `DELETE /identities/{id}`: removes an identity of the user: at once (204) if the session was made through it, else after
/// seven days (202 with the time).
pub async fn unlink(app: Data<App>, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    require_fresh_login(&app, &caller.signed_in, "unlink", &id).await?;
    let removal = remove(&app, &caller.signed_in, &id).await?;
    let mut answer = match removal {
        RemovalOutcome::Removed { .. } => HttpResponse::NoContent().finish(),
        RemovalOutcome::Scheduled(unlink_at) => HttpResponse::Accepted().json(Removal { unlink_at }),
    };
    if removal == (RemovalOutcome::Removed { session_ended: true }) && caller.is_by_cookie() {
        cookies::sign_out(&app, &mut answer);
    }
    Ok(answer)
}

/// `POST /identities/{id}/keep`: takes a requested removal back; 404 if none was requested.
pub async fn cancel_removal(app: Data<App>, caller: Caller, id: Path<String>) -> Result<HttpResponse, Problem> {
    let id = id.parse().map_err(|_| Refusal::NotFound)?;
    let kept = login::cancel_removal(&app, &caller.signed_in, id, app.clock.now()).await?;
    if kept { Ok(HttpResponse::NoContent().finish()) } else { Err(Refusal::NotFound.into()) }
}

/// The outcome of a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovalOutcome {
    /// The identity is gone.
    Removed {
        /// Whether the current session ended, because it was made through that identity.
        session_ended: bool,
    },
    /// The identity is removed at this time.
    Scheduled(Timestamp),
}

/// Removes an identity, or requests that.
pub async fn remove(app: &App, signed_in: &SignedIn, id: &str) -> Result<RemovalOutcome, Problem> {
    let id = id.parse().map_err(|_| Refusal::NotFound)?;
    match login::unlink(app, signed_in, id, app.clock.now()).await? {
        Unlinked::Gone { session_ended } => Ok(RemovalOutcome::Removed { session_ended }),
        Unlinked::Scheduled(until) => Ok(RemovalOutcome::Scheduled(until)),
        Unlinked::NotFound => Err(Refusal::NotFound.into()),
        Unlinked::Last => Err(Refusal::LastIdentity.into()),
    }
}

/// Refuses a program whose session has neither a fresh login nor the person's confirmation.
async fn require_fresh_login(app: &App, signed_in: &SignedIn, action: &str, which: &str) -> Result<(), Problem> {
    let missing = fresh_login::missing(app, signed_in, (action, which)).await?;
    missing.map_or(Ok(()), |missing| Err(missing.problem(app)))
}
