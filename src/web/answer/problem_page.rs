//! The page for a refusal.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::assets::STYLE_PATH;
use super::page::{html, html_at_site, html_leading_away, prefix};
use super::ways::{Circumstances, Wanted, Ways};
use crate::app::App;
use crate::upstream::Provider;

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    prefix: &'a str,
    style: &'static str,
    title: &'a str,
    sentence: &'a str,
    reference: Option<&'a str>,
    tried: Option<Tried<'a>>,
    ways: Ways<'a>,
}

/// The account that was refused.
struct Tried<'a> {
    account: &'a str,
    provider: &'a str,
    app: Option<&'a str>,
    disabled: bool,
}

/// The content of the page.
pub struct ProblemTexts<'a> {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// The title, a few words.
    pub title: &'a str,
    /// One sentence for the user.
    pub sentence: &'a str,
    /// The reference for the operator of the site, as `vestibule logins show` finds it.
    pub reference: Option<&'a str>,
    /// The goal of the person.
    pub wanted: &'a Wanted,
    /// Whether the account of the person was disabled.
    pub disabled: bool,
    /// The kind of the page.
    pub page: Circumstances,
}

/// The page for a refusal.
pub fn problem(request: &HttpRequest, texts: &ProblemTexts<'_>) -> HttpResponse {
    let ProblemTexts { status, title, sentence, reference, .. } = *texts;
    let Some(app) = request.app_data::<Data<App>>() else {
        let ways = Ways::default();
        return html(
            status,
            &ProblemPage { prefix: "", style: STYLE_PATH, title, sentence, reference, tried: None, ways },
        );
    };
    let page = problem_page(app, prefix(app), texts);
    if page.ways.back.is_some() { html_leading_away(status, &page) } else { html(status, &page) }
}

/// The page of a problem under the origin of another site: its links and its style are those of the gateway.
pub fn problem_at_site(app: &App, texts: &ProblemTexts<'_>) -> HttpResponse {
    let public_url = &app.config.server.public_url;
    html_at_site(texts.status, &problem_page(app, public_url.issuer(), texts), public_url.origin())
}

fn problem_page<'a>(app: &'a App, prefix: &'a str, texts: &ProblemTexts<'a>) -> ProblemPage<'a> {
    let ProblemTexts { title, sentence, reference, wanted, disabled, page, .. } = *texts;
    let ways = Ways::of(app, prefix, wanted, page, app.clock.now());
    ProblemPage { prefix, style: STYLE_PATH, title, sentence, reference, tried: tried(app, wanted, disabled), ways }
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
