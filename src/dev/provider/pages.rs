//! The pages, and what goes with every page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::people::{self, Person};
use super::state::State;

const STYLE: &str = include_str!("style.css");
// No `form-action`: browsers hold it against every redirect that follows the form, and those lead to the client.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "pretend/whom_to_be.html")]
struct WhomToBe<'a> {
    client: &'a str,
    fields: Vec<(&'a str, &'a str)>,
    people: Vec<Choice>,
    email: &'a str,
    slow: u64,
}

/// One person on the page, suggested if the client's `login_hint` names them.
struct Choice {
    person: Person,
    suggested: bool,
}

#[derive(Template)]
#[template(path = "pretend/refused.html")]
struct Refused<'a> {
    reason: &'a str,
}

#[derive(Template)]
#[template(path = "pretend/signed_out.html")]
struct SignedOut<'a> {
    /// Where one may go from here, and what that host is called.
    back: Vec<(&'a str, String)>,
}

#[derive(Template)]
#[template(path = "pretend/root.html")]
struct Root<'a> {
    client: &'a str,
    issuer: &'a str,
}

/// The page that asks whom to be. `fields` are carried along by its forms.
pub(super) fn whom_to_be(state: &State, fields: Vec<(&str, &str)>, hint: &str) -> HttpResponse {
    let choice = |person: Person| Choice { suggested: person.sub == hint || person.email == hint, person };
    let people: Vec<Choice> = people::everybody().into_iter().map(choice).collect();
    let is_new = hint.contains('@') && !people.iter().any(|choice| choice.suggested);
    let email = if is_new { hint } else { "" };
    let page = WhomToBe { client: &state.client.id, fields, people, email, slow: state.slow.as_secs() };
    answer(StatusCode::OK, &page)
}

/// A refusal that cannot be sent to the client.
pub(super) fn refused(reason: &str) -> HttpResponse {
    answer(StatusCode::BAD_REQUEST, &Refused { reason })
}

/// The end of signing out, with a way on.
pub(super) fn signed_out(back: &[String]) -> HttpResponse {
    let host = |address: &str| {
        let url = url::Url::parse(address).ok();
        url.map_or_else(
            || address.to_owned(),
            |url| url[url::Position::BeforeHost..url::Position::AfterPort].to_owned(),
        )
    };
    let back = back.iter().map(|address| (address.as_str(), host(address))).collect();
    answer(StatusCode::OK, &SignedOut { back })
}

/// `GET /`: what this is, for whoever comes by themselves.
pub(super) async fn root(state: web::Data<State>) -> HttpResponse {
    answer(StatusCode::OK, &Root { client: &state.client.id, issuer: &state.issuer })
}

/// `GET /style.css`
pub(super) async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(STYLE)
}

/// `GET /people/{name}.svg`
pub(super) async fn picture(name: web::Path<String>) -> HttpResponse {
    match people::picture(&name) {
        Some(picture) => HttpResponse::Ok()
            .content_type("image/svg+xml")
            .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
            .body(picture),
        None => HttpResponse::NotFound().finish(),
    }
}

fn answer(status: StatusCode, page: &impl Template) -> HttpResponse {
    let Ok(html) = page.render() else { return HttpResponse::InternalServerError().finish() };
    HttpResponse::build(status)
        .content_type("text/html; charset=utf-8")
        .insert_header(("Content-Security-Policy", POLICY))
        .insert_header(("X-Content-Type-Options", "nosniff"))
        .insert_header(("X-Frame-Options", "DENY"))
        .insert_header(("Referrer-Policy", "no-referrer"))
        .insert_header(("Cache-Control", "no-store"))
        .body(html)
}
