//! An authorization request that is refused with a page: the page has a reference, which `vestibule logins show` finds.

use actix_web::HttpRequest;

use crate::app::App;
use crate::base::clock::Timestamp;
use crate::login;
use crate::web::answer::problem::Problem;
use crate::web::request::extract::Parameters;
use crate::web::request::throttle::Throttles;

/// The longest text of the request that is kept, in characters.
const MAX_TEXT: usize = 200;

/// Keeps the reason of the refusal. It counts as a login that begins; beyond that limit the refusal is that of the limit.
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
    let reason = reason(query, &refused);
    let reference = login::keep_refused_request(app, refused.text().code, reason, now).await;
    refused.with_reference(reference)
}

/// Which client asked, and for which redirect URI. Without the queries of addresses, which may have secrets.
fn reason(query: &Parameters, refused: &Problem) -> String {
    let of = |name: &str| {
        let text: String = query.get(name).unwrap_or_default().chars().take(MAX_TEXT).collect();
        let end = text.find(['?', '#']).unwrap_or(text.len());
        format!("{:?}", text.get(..end).unwrap_or_default())
    };
    let (client, redirect_uri) = (of("client_id"), of("redirect_uri"));
    format!("authorization request: {}; client_id {client}, redirect_uri {redirect_uri}", refused.text().title)
}
