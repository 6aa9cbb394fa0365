//! The login page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::page::{Viewing, prefix};
use super::pages::{Purpose, login_link, with_another_account};
use crate::app::App;
use crate::pages::{Choice, ChooseProvider};
use crate::upstream::Provider;

/// What the person chooses for.
#[derive(Clone, Copy)]
pub struct Choosing<'a> {
    /// The target after the login.
    pub purpose: Purpose<'a>,
    /// Whether the person wants another account than the account that the provider would sign in by itself.
    pub another: bool,
    /// The provider of the last login in this browser.
    pub last_used: Option<&'a str>,
}

/// The login page: one link for each provider, and the provider of the last login in this browser first.
pub fn choose<'a>(viewing: Viewing<'a>, mut providers: Vec<&'a Provider>, choosing: Choosing<'a>) -> HttpResponse {
    // Stable: the order of the others stays.
    providers.sort_by_key(|provider| choosing.last_used != Some(provider.id()));
    let is_choice = providers.len() > 1;
    let links = providers.into_iter().map(|provider| {
        let choice = choice(viewing.app, provider, choosing);
        Choice { last_used: choice.last_used && is_choice, ..choice }
    });
    let page = ChooseProvider { links: links.collect(), app: app_name(viewing.app, choosing.purpose) };
    viewing_for(viewing, choosing.purpose).html(StatusCode::OK, &page)
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

fn viewing_for<'a>(viewing: Viewing<'a>, purpose: Purpose<'a>) -> Viewing<'a> {
    viewing.with_ui_locales(purpose.ui_locales()).for_client(purpose.client())
}
