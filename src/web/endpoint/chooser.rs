//! `/login`: the page on which a person chooses a provider.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::{authorize, login};
use crate::app::App;
use crate::authorize::OpenRequest;
use crate::config::Chooser;
use crate::pages::MAX_QUERY;
use crate::upstream::Provider;
use crate::web::answer::chooser::{self, Choosing, EmailField};
use crate::web::answer::page::{self, Viewing};
use crate::web::answer::problem::Problem;
use crate::web::answer::purpose::{self, Purpose};
use crate::web::answer::refusals::Refusal;
use crate::web::request::email_address::{self, EmailAddress};
use crate::web::request::extract::{Form, Parameters, Query};
use crate::web::request::last_provider;
use crate::web::request::login::{MAX_HINT, checked_return_to, wants_another_account};

/// The parameters of the page, which its forms keep.
const KEPT: [&str; 5] = ["return_to", "authorization_request", "prompt", "choose", "ui_locales"];
/// The values of `choose` for the providers to which no address leads: the person asked for them, or the address led nowhere.
const OTHERS: [&str; 2] = ["others", "unknown"];

/// `GET /login`: the page with the providers, or the page that asks for the e-mail address (`pages.chooser`). With only one provider, a
/// redirect to it; `choose=1` shows the page.
pub async fn choose(app: Data<App>, request: HttpRequest, Query(query): Query) -> Result<HttpResponse, Problem> {
    let return_to = checked_return_to(&app, &query)?;
    let open = authorize::named_request(&app, &request, &query, app.clock.now()).await?;
    let purpose = Purpose::of(open.as_ref(), return_to.as_deref());
    let another = wants_another_account(&query);
    if let Some(page) = login::end_of_loop(&app, &request, open.is_some(), None, return_to.as_ref()) {
        return Ok(page);
    }
    let (mut providers, asked) = (usable(&app, open.as_ref()), query.get("choose"));
    let is_other = OTHERS.contains(&asked.unwrap_or_default()) && app.config.pages.chooser == Chooser::Email;
    if let ([only], false) = (providers.as_slice(), is_other || asked == Some("1")) {
        let login = if another { purpose::another_account_link } else { purpose::login_link };
        return Ok(page::see_other(&login(&app, only.id(), purpose)));
    }
    let (viewing, last_used) = (Viewing::new(&app, &request), last_provider::of(&app, &request));
    let (words, kept) = (first(MAX_QUERY, query.get("q").map_or("", str::trim)), kept(&query));
    let choosing = Choosing { purpose, another, last_used, words, kept: &kept };
    if app.config.pages.chooser == Chooser::Buttons || is_other {
        providers.retain(|provider| app.lists_provider(provider));
        return Ok(chooser::choose(viewing, providers, choosing));
    }
    let hint = open.as_ref().and_then(|open| open.request.login_hint.as_deref());
    let text = hint.filter(|hint| email_address::read(hint).is_some()).unwrap_or_default();
    Ok(ask(viewing, &providers, choosing, text, false))
}

/// `POST /login`: the e-mail address, which leads to the provider of its domain. An address that leads nowhere gets the page with the
/// providers without domains, the same for each such address. The address is in no URL of the gateway, and in no log.
pub async fn by_email(app: Data<App>, request: HttpRequest, Form(form): Form) -> Result<HttpResponse, Problem> {
    if app.config.pages.chooser != Chooser::Email {
        return Err(Refusal::NotFound.into());
    }
    let (app, now) = (app.get_ref(), app.clock.now());
    let return_to = checked_return_to(app, &form)?;
    let open = authorize::named_request(app, &request, &form, now).await?;
    let (providers, kept) = (usable(app, open.as_ref()), kept(&form));
    let text = form.get("email").map_or("", str::trim);
    let Some(EmailAddress { text, domain }) = email_address::read(text) else {
        let (purpose, another) = (Purpose::of(open.as_ref(), return_to.as_deref()), wants_another_account(&form));
        let last_used = last_provider::of(app, &request);
        let choosing = Choosing { purpose, another, last_used, words: "", kept: &kept };
        return Ok(ask(Viewing::new(app, &request), &providers, choosing, text, true));
    };
    let leads_to =
        |provider: &&Provider| domain.as_ref().is_some_and(|domain| provider.registration().domains.contains(domain));
    match providers.into_iter().find(leads_to) {
        Some(provider) => login::begin_with_address(app, &request, &form, provider.id(), text, open).await,
        None => Ok(page::see_other(&chooser::login_page(app, &kept, Some("unknown")))),
    }
}

/// The page that asks for the e-mail address.
fn ask<'a>(
    viewing: Viewing<'a>,
    providers: &[&'a Provider],
    choosing: Choosing<'a>,
    text: &'a str,
    is_invalid: bool,
) -> HttpResponse {
    let used = providers.iter().find(|provider| choosing.last_used == Some(provider.id())).copied();
    let has_others = providers.iter().any(|provider| viewing.app.lists_provider(provider));
    chooser::ask_email(viewing, used, choosing, EmailField { text, is_invalid, has_others })
}

/// The first characters of the text.
fn first(most: usize, text: &str) -> &str {
    let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

/// The parameters that the forms of the page keep: those that a link of the page would pass on, too.
fn kept(query: &Parameters) -> Vec<(&'static str, &str)> {
    let is_kept = |(name, value): &(&str, &str)| match *name {
        "return_to" => true,
        "prompt" => wants_another_account(query),
        _ => value.len() <= MAX_HINT,
    };
    KEPT.iter().filter_map(|name| Some((*name, query.get(name)?))).filter(is_kept).collect()
}

/// The providers at which the person may sign in, in the order of the configuration: for an app, those of the app.
fn usable<'a>(app: &'a App, open: Option<&OpenRequest>) -> Vec<&'a Provider> {
    let client = open.and_then(|open| app.clients.get(&open.request.client_id));
    let is_usable = |provider: &&Provider| client.as_ref().is_none_or(|client| client.takes_provider(provider.id()));
    app.providers.iter().filter(is_usable).collect()
}
