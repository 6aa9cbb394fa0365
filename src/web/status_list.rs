//! `GET /status-lists/{n}`: Token Status List (draft-ietf-oauth-status-list-21 §8).

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::client;
use super::json_door::cannot_sign;
use super::problem::Problem;
use crate::app::App;
use crate::token::{NoStatusList, StatusListToken, StatusLists};

/// The list of that number, for everybody: it names nobody.
pub async fn show(
    app: Data<App>,
    lists: Data<StatusLists>,
    request: HttpRequest,
    number: Path<String>,
) -> HttpResponse {
    match find(&app, &lists, &number).await {
        Ok(list) => found(&request, &list),
        Err(problem) => problem.for_program(&request),
    }
}

async fn find(app: &App, lists: &StatusLists, number: &str) -> Result<Arc<StatusListToken>, Problem> {
    // One address for each list: `01` is none.
    let canonical = number.parse::<u64>().ok().filter(|parsed| parsed.to_string() == number);
    let number = canonical.ok_or_else(Problem::not_found)?;
    lists.get(app, number, app.clock.now()).await.map_err(|no| match no {
        NoStatusList::Unknown => Problem::not_found(),
        NoStatusList::NotFresh => Problem::feed_out_of_reach(),
        NoStatusList::Lost => Problem::internal(),
        NoStatusList::Sign(error) => cannot_sign(&error),
    })
}

/// Caches on the way may keep it and must ask each time whether it is still the newest: the service keeps it for its
/// `ttl`, and what a cache kept before would come on top of that.
fn found(request: &HttpRequest, list: &StatusListToken) -> HttpResponse {
    let mut answer = if client::has_already(request, &list.etag) {
        HttpResponse::NotModified().finish()
    } else {
        HttpResponse::Ok().content_type("application/statuslist+jwt").body(list.jwt.clone())
    };
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, no-cache"));
    if let Ok(etag) = HeaderValue::from_str(&list.etag) {
        headers.insert(header::ETAG, etag);
    }
    answer
}
