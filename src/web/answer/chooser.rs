//! The login page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::page::{Viewing, prefix};
use super::purpose::{Purpose, login_link, with_another_account};
use crate::app::App;
use crate::config::Chooser;
use crate::pages::{Choice, ChooseProvider, EmailForm, Parameter, Search, SearchWords};
use crate::upstream::Provider;

/// With more providers than that the page has a search.
const MANY: usize = 8;

/// What the person chooses for.
#[derive(Clone, Copy)]
pub struct Choosing<'a> {
    /// The target after the login.
    pub purpose: Purpose<'a>,
    /// Whether the person wants another account than the account that the provider would sign in by itself.
    pub another: bool,
    /// The provider of the last login in this browser.
    pub last_used: Option<&'a str>,
    /// The words that the person searches for.
    pub words: &'a str,
    /// The parameters of the page, which its forms keep.
    pub kept: &'a [(&'static str, &'a str)],
}

/// The field for the e-mail address.
#[derive(Clone, Copy)]
pub struct EmailField<'a> {
    /// Its text.
    pub text: &'a str,
    /// Whether the text is not an e-mail address.
    pub is_invalid: bool,
    /// Whether there are providers to which no address leads.
    pub has_others: bool,
}

/// The page that asks for the e-mail address. `used`: the provider of the last login in this browser.
pub fn ask_email<'a>(
    viewing: Viewing<'a>,
    used: Option<&'a Provider>,
    choosing: Choosing<'a>,
    field: EmailField<'a>,
) -> HttpResponse {
    let app = viewing.app;
    let email = EmailForm {
        address: field.text,
        is_invalid: field.is_invalid,
        fields: fields(choosing.kept),
        others: field.has_others.then(|| login_page(app, choosing.kept, Some("others"))),
    };
    let page = ChooseProvider {
        links: used.map(|provider| choice(app, provider, choosing)).into_iter().collect(),
        app: app_name(app, choosing.purpose),
        email: Some(email),
        ..ChooseProvider::default()
    };
    let status = if field.is_invalid { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    // The form leads to the provider.
    viewing_for(viewing, choosing).html_leading_away(status, &page)
}

/// The URL of the login page with these parameters, and with another value of `choose`.
pub fn login_page(app: &App, kept: &[(&'static str, &str)], choose: Option<&str>) -> String {
    let kept = kept.iter().filter(|(name, _)| *name != "choose").copied();
    with_parameters(app, kept.chain(choose.map(|choose| ("choose", choose))))
}

fn with_parameters<'a>(app: &App, parameters: impl Iterator<Item = (&'static str, &'a str)>) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{}/login{mark}{query}", prefix(app))
}

/// The login page: one link for each provider, and the provider of the last login in this browser first.
pub fn choose<'a>(viewing: Viewing<'a>, mut providers: Vec<&'a Provider>, choosing: Choosing<'a>) -> HttpResponse {
    // Stable: the order of the others stays.
    providers.sort_by_key(|provider| choosing.last_used != Some(provider.id()));
    let is_choice = providers.len() > 1;
    let search = (providers.len() > MANY).then(|| search(viewing.app, choosing));
    if let Some(search) = &search {
        let words = SearchWords::of(search.query);
        providers.retain(|provider| words.are_in([provider.name(), provider.id()]));
    }
    let links = providers.into_iter().map(|provider| {
        let choice = choice(viewing.app, provider, choosing);
        Choice { last_used: choice.last_used && is_choice, ..choice }
    });
    let unknown = choosing.kept.contains(&("choose", "unknown"));
    let is_beside_email = viewing.app.config.pages.chooser == Chooser::Email;
    let page = ChooseProvider {
        links: links.collect(),
        app: app_name(viewing.app, choosing.purpose),
        search,
        email: None,
        unknown_address: is_beside_email && unknown,
        by_email: is_beside_email.then(|| login_page(viewing.app, choosing.kept, None)),
    };
    viewing_for(viewing, choosing).html(StatusCode::OK, &page)
}

fn search<'a>(app: &App, choosing: Choosing<'a>) -> Search<'a> {
    let all = with_parameters(app, choosing.kept.iter().copied());
    Search { query: choosing.words, all, fields: fields(choosing.kept) }
}

fn fields<'a>(kept: &'a [(&'static str, &'a str)]) -> Vec<Parameter<'a>> {
    kept.iter().map(|(name, value)| Parameter { name, value }).collect()
}

fn choice<'a>(app: &'a App, provider: &'a Provider, choosing: Choosing<'_>) -> Choice<'a> {
    let login = login_link(app, provider.id(), choosing.purpose);
    let mark = app.pages.mark(provider.id());
    Choice {
        name: provider.name(),
        href: if choosing.another { with_another_account(&login) } else { login },
        icon: format!("{}{}", prefix(app), mark.on_button),
        button: mark.button,
        last_used: choosing.last_used == Some(provider.id()),
    }
}

fn app_name<'a>(app: &'a App, purpose: Purpose<'a>) -> Option<&'a str> {
    purpose.client().map(|client| app.clients.name(client))
}

/// In the language that the app asked for, or that the form kept from the page before it.
fn viewing_for<'a>(viewing: Viewing<'a>, choosing: Choosing<'a>) -> Viewing<'a> {
    let kept = choosing.kept.iter().find(|(name, _)| *name == "ui_locales").map(|(_, value)| *value);
    viewing.with_ui_locales(choosing.purpose.ui_locales().or(kept)).for_client(choosing.purpose.client())
}
