//! The page after a logout that a request without a session cookie asked for: it says what has ended.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::page::Viewing;
use crate::logout::{Reach, Request};
use crate::pages::SignedOutOf;

/// The page. It removes no cookie, since the request had none.
pub fn page(viewing: Viewing<'_>, asked: &Request, reach: Reach) -> HttpResponse {
    let client = asked.client_id.as_deref().map(|id| viewing.app.clients.name(id));
    let everywhere = reach == Reach::SignIn;
    viewing.for_client(asked.client_id.as_deref()).html(StatusCode::OK, &SignedOutOf { client, everywhere })
}
