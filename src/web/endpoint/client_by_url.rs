//! Authorization requests of clients by URL, whose document is read for a signed-in person only.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::app::App;
use crate::web::answer::app_refusal::AppRefusal;
use crate::web::answer::page;
use crate::web::answer::problem::Problem;
use crate::web::answer::refusals::Refusal;
use crate::web::request::extract::Parameters;

/// The parameters that the login before the request takes from it. Others are of the request itself, which follows the login.
const HINTS: [&str; 3] = ["login_hint", "acr_values", "ui_locales"];
/// A request of such a client is the address after a login, which may be no longer.
const TOO_LONG: AppRefusal =
    AppRefusal::new(Refusal::InvalidRequest, "client_id", "The request of a client by URL is longer than 2048 bytes");
/// Without its document no redirect URI is known, so the error cannot be sent to the app.
const SIGNED_OUT: AppRefusal = AppRefusal::new(
    Refusal::NoSession,
    "prompt",
    "prompt=none needs a signed-in person where client_id is a URL, since its document is not read before",
);

/// The redirect to a login that comes back to this request.
pub(super) fn login_first(app: &App, query: &Parameters, query_text: &str) -> Result<HttpResponse, Problem> {
    if query.get("prompt").is_some_and(|prompt| prompt.split(' ').any(|word| word == "none")) {
        return Err(SIGNED_OUT.into());
    }
    let prefix = app.config.server.public_url.prefix();
    let own = format!("{prefix}/oauth2/authorize?{query_text}");
    let return_to = app.config.login.return_to.check(&own).ok_or(TOO_LONG)?;
    let provider = query.get("provider").or_else(|| query.get("idp_hint"));
    let provider = provider.filter(|id| app.providers.get(id).is_some());
    let path = provider.map(|id| format!("/{id}")).unwrap_or_default();
    let mut login = url::form_urlencoded::Serializer::new(String::new());
    login.append_pair("return_to", &return_to);
    login.extend_pairs(HINTS.iter().filter_map(|name| Some((name, query.get(name)?))));
    let login = format!("{prefix}/login{path}?{}", login.finish());
    Ok(HttpResponse::Found().insert_header((header::LOCATION, login)).finish())
}

/// The redirect of a request by a form to the same request in the query: a form from another site carries no cookie, so it does not
/// show whether the person is signed in.
pub(super) fn by_query(app: &App, form: &Parameters) -> HttpResponse {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(form.pairs());
    page::see_other(&format!("{}/oauth2/authorize?{}", app.config.server.public_url.prefix(), query.finish()))
}
