//! `GET /account`, a page without a script, and what its forms do.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::client;
use super::cookies;
use super::credentials;
use super::identities;
use super::pages;
use super::problem::Problem;
use super::session::clear_if_garbage;
use super::sessions;
use super::throttle::Throttles;
use crate::account::Identity;
use crate::app::App;
use crate::login;
use crate::logout;
use crate::session::{self, Listed, SignedIn};

/// Who am I, and where am I signed in.
pub async fn show(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let answer = async {
        let (signed_in, _) = credentials::signed_in(&app, &request, app.clock.now()).await?;
        let (devices, identities) = of(&app, &signed_in).await?;
        Ok(pages::account(&app, &signed_in, &devices, &identities))
    };
    answer.await.unwrap_or_else(|problem| refuse(&app, &request, problem))
}

/// The sign-ins and the identities of somebody who is signed in. One round trip.
async fn of(app: &App, signed_in: &SignedIn) -> Result<(Vec<Listed>, Vec<Identity>), Problem> {
    let (user, lifetime, now) = (signed_in.user.sub, app.lifetime, app.clock.now());
    let (listed, identities) =
        app.db.run("show account", move |conn| session::list_beside(conn, user, lifetime, now, sessions::MOST)).await?;
    Ok((listed, serde_json::from_value(identities).unwrap_or_default()))
}

/// The button of a provider that the person is not known by yet.
pub async fn link(
    app: Data<App>,
    throttles: Data<Throttles>,
    request: HttpRequest,
    provider: Path<String>,
) -> HttpResponse {
    let signed_in = match freshly_signed_in(&app, &request).await {
        Ok(signed_in) => signed_in,
        Err(answer) => return answer,
    };
    match identities::begin(&app, &throttles, &request, &signed_in, provider.into_inner()).await {
        Ok((begun, cookie)) => {
            let mut answer = pages::see_other(&begun.url);
            let _always_a_cookie = answer.add_cookie(&cookie);
            answer
        }
        Err(problem) => refuse(&app, &request, problem),
    }
}

/// The button beside an identity. Whoever pressed it twice has what they wanted.
pub async fn unlink(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    let signed_in = match freshly_signed_in(&app, &request).await {
        Ok(signed_in) => signed_in,
        Err(answer) => return answer,
    };
    let session_ended = match identities::given_up(&app, &signed_in, &id).await {
        Ok(session_ended) => session_ended,
        Err(problem) if problem.is_not_found() => false,
        Err(problem) => return refuse(&app, &request, problem),
    };
    let mut answer = pages::see_other(&address(&app));
    if session_ended {
        cookies::clear_session(&app, &mut answer);
    }
    answer
}

/// Whoever signed in too long ago to change their identities does so again, where they did it before, and comes back.
async fn freshly_signed_in(app: &App, request: &HttpRequest) -> Result<SignedIn, HttpResponse> {
    let now = app.clock.now();
    let signed_in = credentials::may_change(app, request, now).await;
    let (signed_in, _) = signed_in.map_err(|problem| refuse(app, request, problem))?;
    if login::is_fresh(&signed_in.session, now) {
        return Ok(signed_in);
    }
    if client::wants_json_only(request) {
        return Err(Problem::authentication_too_old(login::FRESH.num_seconds()).for_program(request));
    }
    let (prefix, account) = (app.config.server.public_url.prefix(), address(app));
    // A provider that remembers the person must not say so again: it is asked for an authentication of this minute.
    let provider = &signed_in.session.provider;
    Err(pages::see_other(&format!("{prefix}/login/{provider}?return_to={account}&max_age=60")))
}

/// The button beside a device. Whoever pressed it twice has what they wanted.
pub async fn end_one(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    let answer = async {
        let now = app.clock.now();
        let (signed_in, _) = credentials::may_change(&app, &request, now).await?;
        let id = id.parse().map_err(|_| Problem::not_found())?;
        logout::one(&app, signed_in.user.sub, id, now).await?;
        let mut answer = pages::see_other(&address(&app));
        if id == signed_in.session.id {
            cookies::clear_session(&app, &mut answer);
        }
        Ok(answer)
    };
    answer.await.unwrap_or_else(|problem| refuse(&app, &request, problem))
}

/// The button below all devices.
pub async fn end_others(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let answer = async {
        let now = app.clock.now();
        let (signed_in, _) = credentials::may_change(&app, &request, now).await?;
        logout::others(&app, signed_in.user.sub, signed_in.session.id, now).await?;
        Ok(pages::see_other(&address(&app)))
    };
    answer.await.unwrap_or_else(|problem| refuse(&app, &request, problem))
}

/// Where the page is.
pub fn address(app: &App) -> String {
    format!("{}/account", app.config.server.public_url.prefix())
}

/// Whoever is not signed in any more is asked to, and comes back to the page.
fn refuse(app: &App, request: &HttpRequest, problem: Problem) -> HttpResponse {
    if !problem.wants_sign_in() || client::wants_json_only(request) {
        return problem.for_browser(request);
    }
    let account = address(app);
    let mut answer = pages::see_other(&format!("{}/login?return_to={account}", app.config.server.public_url.prefix()));
    clear_if_garbage(app, request, &mut answer);
    answer
}
