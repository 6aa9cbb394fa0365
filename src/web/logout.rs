//! `/logout`: a plain local logout for our own pages, and OpenID Connect RP-Initiated Logout 1.0 for clients.

use actix_web::cookie::Cookie;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::caller::FromListedOrigin;
use super::client;
use super::cookies;
use super::extract::{self, FORM, Parameters};
use super::pages;
use super::problem::Problem;
use crate::app::App;
use crate::logout::{self, Asked, Decision, Leaving, Request};

/// Where a request goes on that came by POST: the session cookie does not come along with a form of another site.
const REQUEST: &str = "request";

/// A client sends somebody here to be signed out; without any parameters, somebody came by themselves.
pub async fn by_link(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let answer = async {
        let parameters = Parameters::of_query(&request)?;
        let asked = match parameters.get(REQUEST) {
            Some(sealed) => Request::open(&app.config.ring, sealed).ok_or_else(Problem::invalid_request)?,
            None => logout::read(&app, asked(&parameters))?,
        };
        match logout::decide(&app, &asked, cookies::named(&app, &request), app.clock.now()).await? {
            Decision::SignedOut(leaving) => Ok(go_on(&app, &request, &asked, leaving).await),
            Decision::Ask(signed_in) => pages::sign_out(&app, &signed_in, &asked).ok_or_else(Problem::invalid_request),
        }
    };
    answer.await.unwrap_or_else(|problem| problem.for_browser(&request))
}

/// The same by a form. Without any parameters it is the button on our own pages, or a script that says good-bye.
pub async fn by_form(app: Data<App>, origin: FromListedOrigin, request: HttpRequest, payload: Payload) -> HttpResponse {
    let answer = async {
        let form = if extract::media_type(&request) == FORM {
            extract::form(&request, payload, app.config.limits.body_bytes).await?
        } else {
            Parameters::none()
        };
        if form.is_empty() {
            return local(&app, origin, &request).await;
        }
        let asked = logout::read(&app, asked(&form))?;
        let sealed = asked.seal(&app.config.ring).ok_or_else(Problem::invalid_request)?;
        Ok(pages::see_other(&format!("{}?{REQUEST}={sealed}", address(&app))))
    };
    answer.await.unwrap_or_else(|problem| problem.for_browser(&request))
}

/// Ends the session of this browser. Whoever is signed out already is signed out.
async fn local(app: &App, origin: FromListedOrigin, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let json = client::wants_json_only(request);
    if origin != FromListedOrigin(true) {
        // A form of another site may ask, and the person decides.
        return if json { Err(Problem::foreign_origin()) } else { Ok(pages::see_other(&address(app))) };
    }
    let leaving = end(app, request).await?;
    if !json {
        return Ok(go_on(app, request, &Request::default(), leaving).await);
    }
    // A script is not led on by an answer; it is told where to send the browser.
    let on = at_provider(app, request, &Request::default(), leaving).await;
    let mut answer = match on {
        Some((url, cookie)) => HttpResponse::Ok().cookie(cookie).json(json!({ "logout_url": url })),
        None => HttpResponse::NoContent().finish(),
    };
    cookies::clear_session(app, &mut answer);
    Ok(answer)
}

/// The button on the page that asks.
pub async fn confirmed(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let answer = async {
        let form = extract::form(&request, payload, app.config.limits.body_bytes).await?;
        // A request that cannot be read any more does not keep a person from signing out.
        let asked = form.get(REQUEST).and_then(|sealed| Request::open(&app.config.ring, sealed)).unwrap_or_default();
        let shown_to = form.get("shown_to").unwrap_or_default();
        match logout::confirm(&app, shown_to, cookies::named(&app, &request), app.clock.now()).await? {
            Decision::SignedOut(leaving) => Ok(go_on(&app, &request, &asked, leaving).await),
            Decision::Ask(signed_in) => pages::sign_out(&app, &signed_in, &asked).ok_or_else(Problem::invalid_request),
        }
    };
    answer.await.unwrap_or_else(|problem: Problem| problem.for_browser(&request))
}

/// The provider sends the browser back that it signed out. Nothing ends here, and nothing has to: whatever the provider
/// made of it, our session ended before.
pub async fn returned(app: Data<App>, provider: Path<String>, request: HttpRequest) -> HttpResponse {
    let state = Parameters::of_query(&request).ok().and_then(|query| query.get("state").map(str::to_owned));
    let (binding, now) = (cookies::binding(&app, &request), app.clock.now());
    let asked = state.and_then(|state| logout::taken_back(&app, &provider, &state, binding, now));
    let to = asked.and_then(|asked| logout::destination(&app, &asked));
    to.map_or_else(|| pages::signed_out(&app), |to| pages::see_other(&to))
}

async fn end(app: &App, request: &HttpRequest) -> Result<Option<Leaving>, Problem> {
    match cookies::named(app, request) {
        Some(id) => Ok(logout::local(app, id, app.clock.now()).await?),
        None => Ok(None),
    }
}

/// To the provider, if it wants to hear of it; else to the client's address, or to a page of ours.
async fn go_on(app: &App, request: &HttpRequest, asked: &Request, leaving: Option<Leaving>) -> HttpResponse {
    let mut answer = match at_provider(app, request, asked, leaving).await {
        Some((url, cookie)) => {
            let mut answer = pages::see_other(&url);
            let _always_a_cookie = answer.add_cookie(&cookie);
            answer
        }
        None => match logout::destination(app, asked) {
            Some(to) => pages::see_other(&to),
            None => pages::signed_out(app),
        },
    };
    cookies::clear_session(app, &mut answer);
    answer
}

/// Where the provider signs the browser out, and the cookie by which it is known again when it comes back.
async fn at_provider(
    app: &App,
    request: &HttpRequest,
    asked: &Request,
    leaving: Option<Leaving>,
) -> Option<(String, Cookie<'static>)> {
    let (binding, cookie) = cookies::bind(app, request);
    let url = logout::send_on(app, &leaving?, asked, binding, app.clock.now()).await?;
    Some((url, cookie))
}

/// What the standard's §2 names; `logout_hint` and `ui_locales` change nothing here.
fn asked(parameters: &Parameters) -> Asked {
    let text = |name| parameters.get(name).map(str::to_owned);
    Asked {
        id_token_hint: text("id_token_hint"),
        client_id: text("client_id"),
        post_logout_redirect_uri: text("post_logout_redirect_uri"),
        state: text("state"),
    }
}

fn address(app: &App) -> String {
    format!("{}/logout", app.config.server.public_url.prefix())
}
