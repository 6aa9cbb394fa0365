//! `/login`: the page on which a person chooses a provider.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::{authorize, login};
use crate::app::App;
use crate::authorize::OpenRequest;
use crate::upstream::Provider;
use crate::web::answer::chooser::{self, Choosing};
use crate::web::answer::page::{self, Viewing};
use crate::web::answer::pages::{self, Purpose};
use crate::web::answer::problem::Problem;
use crate::web::request::extract::Query;
use crate::web::request::last_provider;
use crate::web::request::login::{checked_return_to, wants_another_account};

/// `GET /login`: the page with the providers. With only one provider, a redirect to it; `choose=1` shows the page.
pub async fn choose(app: Data<App>, request: HttpRequest, Query(query): Query) -> Result<HttpResponse, Problem> {
    let return_to = checked_return_to(&app, &query)?;
    let open = authorize::named_request(&app, &request, &query, app.clock.now()).await?;
    let purpose = Purpose::of(open.as_ref(), return_to.as_deref());
    let another = wants_another_account(&query);
    if let Some(page) = login::end_of_loop(&app, &request, open.is_some(), None, return_to.as_ref()) {
        return Ok(page);
    }
    let providers = usable(&app, open.as_ref());
    if let ([only], None) = (providers.as_slice(), query.get("choose").filter(|choose| *choose == "1")) {
        let login = if another { pages::another_account_link } else { pages::login_link };
        return Ok(page::see_other(&login(&app, only.id(), purpose)));
    }
    let last_used = last_provider::of(&app, &request);
    Ok(chooser::choose(Viewing::new(&app, &request), providers, Choosing { purpose, another, last_used }))
}

/// The providers at which the person may sign in, in the order of the configuration: for an app, those of the app.
fn usable<'a>(app: &'a App, open: Option<&OpenRequest>) -> Vec<&'a Provider> {
    let client = open.and_then(|open| app.clients.get(&open.request.client_id));
    let is_usable = |provider: &&Provider| client.as_ref().is_none_or(|client| client.takes_provider(provider.id()));
    app.providers.iter().filter(is_usable).collect()
}
