//! The page that asks before an identity is removed, and the page after that ended the session.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::confirm_identity::fresh_login;
use super::page::{Viewing, name_of, shown};
use crate::login::Removal;
use crate::pages::{IdentityRemoved, RemoveIdentity};
use crate::session::SignedIn;
use crate::upstream::Provider;

/// The page that asks before an identity is removed. `action`: the path of the page and its form. `recorded`: whether no
/// provider shows a fresh login, so that the confirmation is recorded.
pub fn page(
    viewing: Viewing<'_>,
    signed_in: &SignedIn,
    removal: &Removal,
    action: String,
    recorded: bool,
    confirm: String,
) -> HttpResponse {
    let app = viewing.app;
    let sub = signed_in.user.sub.to_string();
    let provider = app.providers.get(&removal.provider);
    // After a login at another provider the session could not remove it at once.
    let is_at_once = !removal.own && (removal.shows_fresh_login || recorded);
    let page = RemoveIdentity {
        who: name_of(signed_in).unwrap_or(&sub),
        provider: provider.map_or(&removal.provider, Provider::name),
        identity: &removal.label,
        own: removal.own,
        sign_in: provider.filter(|_| is_at_once).map(|provider| fresh_login(app, provider.id(), &action)),
        unlink_at: removal.unlink_at.map(shown),
        recorded,
        action,
        confirm,
    };
    // The answer to its form may lead to a login at a provider.
    viewing.html_leading_away(StatusCode::OK, &page)
}

/// The page after the identity of the current session was removed.
pub fn removed(viewing: Viewing<'_>, removal: &Removal) -> HttpResponse {
    let provider = viewing.app.providers.get(&removal.provider);
    let provider = provider.map_or(removal.provider.as_str(), Provider::name);
    viewing.html(StatusCode::OK, &IdentityRemoved { provider, identity: &removal.label })
}
