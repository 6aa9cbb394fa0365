//! The pages before and after a person signs out, here or at a provider.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::page::{Viewing, name_of, prefix};
use super::purpose::{Purpose, another_account_link, login_link, with_another_account};
use crate::logout::{self, Request};
use crate::pages::{AnotherAccount, SignOut, SignedOut};
use crate::session::SignedIn;
use crate::upstream::Provider;

/// The page that asks the person to sign out at a provider which does not ask for the account.
pub fn sign_out_there_first<'a>(viewing: Viewing<'a>, provider: &Provider, purpose: Purpose<'a>) -> HttpResponse {
    let page = AnotherAccount { provider: provider.name(), href: login_link(viewing.app, provider.id(), purpose) };
    viewing.with_ui_locales(purpose.ui_locales()).html(StatusCode::OK, &page)
}

/// The page after a completed logout. `client`: the app that requested it.
pub fn signed_out(viewing: Viewing<'_>, client: Option<&str>) -> HttpResponse {
    let app = viewing.app;
    let mut providers = app.providers.iter();
    let only = providers.next().filter(|_| providers.next().is_none());
    let another = match only {
        Some(only) => another_account_link(app, only.id(), Purpose::None),
        None => with_another_account(&format!("{}/login?choose=1", prefix(app))),
    };
    viewing.for_client(client).html(StatusCode::OK, &SignedOut { another })
}

/// The page that asks to confirm a logout. `None` if the logout request is too long to seal into the page.
pub fn sign_out(viewing: Viewing<'_>, signed_in: &SignedIn, asked: &Request) -> Option<HttpResponse> {
    let app = viewing.app;
    let sub = signed_in.user.sub.to_string();
    let page = SignOut {
        client: asked.client_id.as_deref().map(|id| app.clients.name(id)),
        who: name_of(signed_in).unwrap_or(&sub),
        request: asked.seal(&app.config.ring)?,
        shown_to: logout::shown_to(app, signed_in)?,
    };
    Some(viewing.for_client(asked.client_id.as_deref()).html_leading_away(StatusCode::OK, &page))
}
