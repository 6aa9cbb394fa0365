//! `GET /status-lists/{n}`: Token Status List (draft-ietf-oauth-status-list-21 §8).

use std::sync::Arc;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::token::{NoStatusList, StatusListToken, StatusLists};
use crate::web::answer::conditional::Document;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;

/// The status list with that number. Public: it contains no user data.
pub async fn show(
    app: Data<App>,
    lists: Data<StatusLists>,
    request: HttpRequest,
    number: Path<String>,
) -> Result<HttpResponse, Problem> {
    let list = find(&app, &lists, &number).await?;
    Ok(found(&request, &list))
}

async fn find(app: &App, lists: &StatusLists, number: &str) -> Result<Arc<StatusListToken>, Problem> {
    // Each list has one address, so that caches hold it once: `01` is 404.
    let canonical = number.parse::<u64>().ok().filter(|parsed| parsed.to_string() == number);
    let number = canonical.ok_or(Refusal::NotFound)?;
    lists.get(app, number, app.clock.now()).await.map_err(|no| match no {
        NoStatusList::Unknown => Refusal::NotFound.into(),
        NoStatusList::NotFresh => Refusal::DatabaseUnavailable.into(),
        NoStatusList::Lost => Refusal::Internal.into(),
        NoStatusList::Sign(error) => Problem::from(error),
    })
}

/// `no-cache`: shared caches must revalidate each time. The reader of the list caches it for its `ttl`; the age in a
/// shared cache would add to that.
fn found(request: &HttpRequest, list: &StatusListToken) -> HttpResponse {
    let document = Document {
        content_type: "application/statuslist+jwt",
        cache_control: "public, no-cache",
        etag: &list.etag,
        body: || list.jwt.clone(),
    };
    document.answer(request)
}
