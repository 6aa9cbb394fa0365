//! The answer to a login that the provider could not complete ([`StaleLogin`]): the browser continues with its session,
//! or the same login begins again.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};

use super::{app_request, app_ways};
use crate::app::App;
use crate::authorize::OAuthError;
use crate::base::clock::Timestamp;
use crate::grant::LoginFor;
use crate::login::{self, LoginRefusal, NewLogin, StaleLogin};
use crate::session::SignedIn;
use crate::web::answer::page;
use crate::web::answer::problem::Problem;
use crate::web::request::cookies;
use crate::web::request::credentials;
use crate::web::request::login::caller;
use crate::web::request::throttle::Throttles;

/// Ends the login, after what follows is known.
pub async fn follow(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    stale: &StaleLogin,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    if let Some(signed_in) = signed_in(app, request, now).await.filter(|here| stale.is_satisfied_by(app, here))
        && let Some(answer) = go_on(app, request, stale, &signed_in, now).await
    {
        let _ended = stale.end(app, "the browser continued with the session that it has").await;
        return Ok(answer);
    }
    if stale.is_repeated() {
        let refusal = stale.end(app, "the login had begun again already").await;
        return give_up(app, request, refusal, now).await;
    }
    if let Err(limited) = throttles.begin(app, request) {
        let _ended = stale.end(app, "the login did not begin again: there were too many logins").await;
        return Err(limited);
    }
    begin_again(app, request, stale, now).await
}

async fn signed_in(app: &App, request: &HttpRequest, now: Timestamp) -> Option<SignedIn> {
    let session = cookies::named(app, request)?;
    credentials::if_live_with(app, session, app.clients.read_provider_claims(), now).await.ok().flatten()
}

/// The answer for a browser whose session is enough; `None` if the app's request needs a login nevertheless.
async fn go_on(
    app: &App,
    request: &HttpRequest,
    stale: &StaleLogin,
    signed_in: &SignedIn,
    now: Timestamp,
) -> Option<HttpResponse> {
    match stale.request() {
        None => Some(page::see_other(&page::landing(app, stale.return_to().map(str::to_owned)))),
        Some(id) => app_request::without_login(app, request, id, signed_in, now).await,
    }
}

async fn begin_again(
    app: &App,
    request: &HttpRequest,
    stale: &StaleLogin,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let (binding, cookie) = cookies::bind(app, request);
    let new_login = NewLogin {
        return_to: stale.return_to().map(str::to_owned),
        request: stale.request().map(LoginFor::Stored),
        link: stale.link(),
        ..NewLogin::in_browser(stale.provider().to_owned(), stale.hints().clone(), binding, caller(app, request))
    };
    match login::begin_again(app, new_login, stale.reference(), now).await {
        Ok(begun) => {
            let _ended = stale.end(app, &format!("the login began again as {}", begun.reference)).await;
            Ok(HttpResponse::Found().insert_header((header::LOCATION, begun.url)).cookie(cookie).finish())
        }
        Err(refusal) => {
            let _ended = stale.end(app, "the login could not begin again").await;
            Err(refusal.into())
        }
    }
}

/// A page. After an app's login, its button sends `temporarily_unavailable` to the app.
async fn give_up(
    app: &App,
    request: &HttpRequest,
    refusal: LoginRefusal,
    now: Timestamp,
) -> Result<HttpResponse, Problem> {
    let LoginRefusal::Refused { reference, request: Some(id), .. } = &refusal else { return Err(refusal.into()) };
    let (id, reference) = (*id, reference.clone());
    let error = OAuthError::TemporarilyUnavailable;
    Err(app_ways::with_open(app, request, (id, reference), refusal.into(), error, now).await)
}
