//! `/logout`: a plain local logout for our own pages, and OpenID Connect RP-Initiated Logout 1.0 for clients.

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::client;
use super::cookies;
use super::cors;
use super::extract::{self, FORM, Parameters};
use super::pages;
use super::problem::Problem;
use crate::app::App;
use crate::logout::{self, Asked, Decision, Request};

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
            Decision::SignedOut => Ok(go_on(&app, &asked)),
            Decision::Ask(signed_in) => pages::sign_out(&app, &signed_in, &asked).ok_or_else(Problem::invalid_request),
        }
    };
    answer.await.unwrap_or_else(|problem| problem.for_browser(&request))
}

/// The same by a form. Without any parameters it is the button on our own pages, or a script that says good-bye.
pub async fn by_form(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let answer = async {
        let form = if extract::media_type(&request) == FORM {
            extract::form(&request, payload, app.config.limits.body_bytes).await?
        } else {
            Parameters::none()
        };
        if form.is_empty() {
            return local(&app, &request).await;
        }
        let asked = logout::read(&app, asked(&form))?;
        let sealed = asked.seal(&app.config.ring).ok_or_else(Problem::invalid_request)?;
        Ok(pages::see_other(&format!("{}?{REQUEST}={sealed}", address(&app))))
    };
    let answer = answer.await.unwrap_or_else(|problem| problem.for_browser(&request));
    cors::allow(&app, &request, answer)
}

/// Ends the session of this browser. Whoever is signed out already is signed out.
async fn local(app: &App, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    let json = client::wants_json_only(request);
    if !cors::may_change(app, request) {
        // A form of another site may ask, and the person decides.
        return if json { Err(Problem::foreign_origin()) } else { Ok(pages::see_other(&address(app))) };
    }
    end(app, request).await?;
    let mut answer = if json { HttpResponse::NoContent().finish() } else { pages::signed_out(app) };
    cookies::clear_session(app, &mut answer);
    Ok(answer)
}

/// The button on the page that asks.
pub async fn confirmed(app: Data<App>, request: HttpRequest, payload: Payload) -> HttpResponse {
    let answer = async {
        let form = extract::form(&request, payload, app.config.limits.body_bytes).await?;
        if !cors::may_change(&app, &request) {
            return Err(Problem::foreign_origin());
        }
        // Whoever left the page open for too long is signed out all the same.
        let asked = form.get(REQUEST).and_then(|sealed| Request::open(&app.config.ring, sealed)).unwrap_or_default();
        end(&app, &request).await?;
        Ok(go_on(&app, &asked))
    };
    answer.await.unwrap_or_else(|problem| problem.for_browser(&request))
}

async fn end(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    if let Some(id) = cookies::named(app, request) {
        logout::local(app, id, app.clock.now()).await?;
    }
    Ok(())
}

/// To the client's address, or to a page of ours.
fn go_on(app: &App, asked: &Request) -> HttpResponse {
    let mut answer = match logout::destination(app, asked) {
        Some(to) => pages::see_other(&to),
        None => pages::signed_out(app),
    };
    cookies::clear_session(app, &mut answer);
    answer
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
