//! The page that asks to confirm a new link.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::page::{Viewing, account_path, name_of, prefix};
use super::purpose::login_path;
use crate::app::App;
use crate::pages::ConfirmIdentity;
use crate::session::SignedIn;
use crate::upstream::Provider;

/// The path of the page that asks to confirm a change of the identities: `link` with a provider, `unlink` with an identity.
pub fn path(app: &App, action: &str, which: &str) -> String {
    format!("{}/identities/{which}/{action}", account_path(app))
}

/// The path of a fresh login at a provider, which returns to this path and query. `max_age=60` makes the provider authenticate the user
/// again instead of using its own session.
pub fn fresh_login(app: &App, provider: &str, return_to: &str) -> String {
    format!("{}&max_age=60", login_path(prefix(app), Some(provider), Some(return_to)))
}

/// The page that asks to confirm a link to this provider if no provider shows a fresh login.
pub fn page(viewing: Viewing<'_>, signed_in: &SignedIn, provider: &str, confirm: String) -> HttpResponse {
    let app = viewing.app;
    let sub = signed_in.user.sub.to_string();
    let page = ConfirmIdentity {
        who: name_of(signed_in).unwrap_or(&sub),
        what: app.providers.get(provider).map_or(provider, Provider::name),
        action: path(app, "link", provider),
        confirm,
    };
    viewing.html_leading_away(StatusCode::OK, &page)
}
