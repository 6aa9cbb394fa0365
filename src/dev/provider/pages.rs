//! The pages, and the headers of every page.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::people::{self, Person};
use super::state::State;

const STYLE: &str = include_str!("style.css");
// No `form-action`: browsers apply it to every redirect that follows a form post, and these lead to the client.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "pretend/select_person.html")]
struct SelectPerson<'a> {
    client: &'a str,
    fields: Vec<(&'a str, &'a str)>,
    people: Vec<Choice>,
    email: &'a str,
    slow: u64,
}

/// A person on the page; suggested if the `login_hint` names the person.
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
    /// Links to the client: each URL with its host.
    back: Vec<(&'a str, String)>,
}

#[derive(Template)]
#[template(path = "pretend/root.html")]
struct Root<'a> {
    client: &'a str,
    issuer: &'a str,
}

/// The page that selects a person. Its forms send `fields` again.
pub(super) fn select_person(state: &State, fields: Vec<(&str, &str)>, hint: &str) -> HttpResponse {
    let choice = |person: Person| Choice { suggested: person.sub == hint || person.email == hint, person };
    let people: Vec<Choice> = people::all().into_iter().map(choice).collect();
    let is_new = hint.contains('@') && !people.iter().any(|choice| choice.suggested);
    let email = if is_new { hint } else { "" };
    let page = SelectPerson { client: &state.client.id, fields, people, email, slow: state.slow.as_secs() };
    answer(StatusCode::OK, &page)
}

/// An error that must not be sent to the client.
pub(super) fn refused(reason: &str) -> HttpResponse {
    answer(StatusCode::BAD_REQUEST, &Refused { reason })
}

/// The page after a logout, with links to the client.
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

/// `GET /`: explains what this server is.
pub(super) async fn root(state: web::Data<State>) -> HttpResponse {
    answer(StatusCode::OK, &Root { client: &state.client.id, issuer: &state.issuer })
}

/// `GET /style.css`: the style sheet of the pages.
pub(super) async fn style() -> HttpResponse {
    HttpResponse::Ok().content_type("text/css; charset=utf-8").body(STYLE)
}

/// `GET /people/{name}.svg`: the picture of a person.
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
