//! The page after a logout that a request without a session cookie asked for: it says what has ended.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::assets::STYLE_PATH;
use super::page::{html, prefix};
use crate::app::App;
use crate::logout::{Reach, Request};

#[derive(Template)]
#[template(path = "signed_out_of.html")]
struct SignedOutOf<'a> {
    prefix: &'a str,
    style: &'static str,
    client: &'a str,
    /// Whether the sign-in here has ended too.
    everywhere: bool,
}

/// The page. It removes no cookie, since the request had none.
pub fn page(app: &App, asked: &Request, reach: Reach) -> HttpResponse {
    let client = asked.client_id.as_deref().map_or("the application", |id| app.clients.name(id));
    let everywhere = reach == Reach::SignIn;
    html(StatusCode::OK, &SignedOutOf { prefix: prefix(app), style: STYLE_PATH, client, everywhere })
}
