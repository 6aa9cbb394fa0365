//! The page for a refusal.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::page::{Viewing, prefix};
use super::ways::{self, Circumstances, Wanted};
use crate::app::App;
use crate::pages::{Problem, Tried};
use crate::upstream::Provider;

/// The content of the page.
pub struct ProblemTexts<'a> {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// The stable code.
    pub code: &'static str,
    /// The message with the title.
    pub title: String,
    /// The message with one sentence for the user.
    pub sentence: String,
    /// The seconds that the sentence names.
    pub seconds: Option<u64>,
    /// The cookie that the browser does not keep, and the message about it.
    pub cookie: Option<(&'a str, &'static str)>,
    /// The reference for the operator of the site, as `vestibule logins show` finds it.
    pub reference: Option<&'a str>,
    /// The goal of the person.
    pub wanted: &'a Wanted,
    /// Whether the account of the person was disabled.
    pub disabled: bool,
    /// The kind of the page.
    pub page: Circumstances,
}

/// The page for a refusal. Without a gateway, as in a test of one part, the answer has no body.
pub fn problem(request: &HttpRequest, texts: ProblemTexts<'_>) -> HttpResponse {
    let status = texts.status;
    let Some(app) = request.app_data::<Data<App>>() else { return HttpResponse::build(status).finish() };
    let viewing = viewing(app, request, &texts);
    let page = page(app, prefix(app), texts);
    if page.ways.back.is_some() { viewing.html_leading_away(status, &page) } else { viewing.html(status, &page) }
}

/// The page of a problem under the origin of another site: its links and its style are those of the gateway.
pub fn problem_at_site(app: &App, request: &HttpRequest, texts: ProblemTexts<'_>) -> HttpResponse {
    let (status, viewing) = (texts.status, viewing(app, request, &texts));
    viewing.html_at_site(status, &page(app, app.config.server.public_url.issuer(), texts))
}

fn viewing<'a>(app: &'a App, request: &'a HttpRequest, texts: &ProblemTexts<'a>) -> Viewing<'a> {
    let goal = texts.wanted.app.as_ref();
    let client = goal.map(|goal| goal.request.client_id.as_str());
    Viewing::new(app, request)
        .for_client(client)
        .with_ui_locales(goal.and_then(|goal| goal.request.ui_locales.as_deref()))
}

fn page<'a>(app: &'a App, prefix: &'a str, texts: ProblemTexts<'a>) -> Problem<'a> {
    let ProblemTexts { code, title, sentence, seconds, cookie, reference, wanted, disabled, page, .. } = texts;
    let ways = ways::of(app, prefix, wanted, page, app.clock.now());
    let (cookie, cookie_sentence) = cookie.unzip();
    let tried = tried(app, wanted, disabled);
    Problem { code, title, sentence, seconds, cookie, cookie_sentence, reference, tried, ways }
}

/// The account that the login was refused for, if it was.
fn tried<'a>(app: &'a App, wanted: &'a Wanted, disabled: bool) -> Option<Tried<'a>> {
    let login = wanted.login.as_ref()?;
    Some(Tried {
        account: login.account.as_deref()?,
        provider: login.provider.as_deref().and_then(|id| app.providers.get(id)).map(Provider::name)?,
        app: wanted.app.as_ref().map(|request| request.name(app)),
        disabled,
    })
}
