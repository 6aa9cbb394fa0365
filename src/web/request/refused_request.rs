//! An authorization request that is refused with a page: the page has a reference, which `vestibule logins show` finds.

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use super::extract::Parameters;
use super::throttle::Throttles;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::login;
use crate::web::answer::app_refusal::{bounded, without_query};
use crate::web::answer::kept_reference::KeptReference;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// The longest text of the request that is kept, in characters.
const MAX_TEXT: usize = 200;

/// Keeps the reason of the refusal. It counts as a login that begins; beyond that limit the refusal is 429.
pub async fn record(
    app: &App,
    throttles: &Throttles,
    request: &HttpRequest,
    query: &Parameters,
    refused: Problem,
    now: Timestamp,
) -> Problem {
    if refused.is_outage() {
        return refused;
    }
    if let Err(limited) = throttles.begin(app, request) {
        return limited;
    }
    let of = |name: &str| query.get(name).unwrap_or_default().to_owned();
    let reason = reason(&refused, &of("client_id"), &of("redirect_uri"));
    let reference = login::keep_refused_request(app, refused.text().code, reason, now).await;
    refused.with_reference(reference)
}

/// Keeps the reason of a refusal that the page of an app's stored request shows: it has expired, was answered, belongs to another
/// browser, or is unknown. Counts as a login that begins; beyond that limit, and for limits and outages, the page has no reference.
pub async fn record_for_page(app: &App, request: &HttpRequest, refused: &Problem) {
    let path = request.path().strip_prefix(app.config.server.public_url.prefix()).unwrap_or_default();
    let is_of_app = refused.app_request().is_some()
        || path.starts_with("/oauth2/authorize")
        || request.query_string().contains("authorization_request=");
    let needs_none = refused.has_reference() || refused.is_outage() || refused.is(Refusal::RateLimited);
    let Some(throttles) = request.app_data::<Data<Throttles>>() else { return };
    if !is_of_app || needs_none || throttles.begin(app, request).is_err() {
        return;
    }
    let asked = refused.app_request();
    let asked = asked.map_or(("", ""), |asked| (asked.client_id.as_str(), asked.redirect_uri.as_str()));
    let (code, reason) = (refused.text().code, reason(refused, asked.0, asked.1));
    if let Some(reference) = login::keep_refused_request(app, code, reason, app.clock.now()).await {
        request.extensions_mut().insert(KeptReference(reference));
    }
}

/// The client and the redirect URI of the request, without the query of URLs, which may contain secrets.
fn reason(refused: &Problem, client_id: &str, redirect_uri: &str) -> String {
    let cut = |text: &str| format!("\"{}\"", bounded(&without_query(text), MAX_TEXT));
    let (client, redirect_uri) = (cut(client_id), cut(redirect_uri));
    format!("authorization request: {}; client_id {client}, redirect_uri {redirect_uri}", refused.text().title)
}
