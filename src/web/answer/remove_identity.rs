//! The page that asks before an identity is removed, and the page after that ended the session.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::assets::STYLE_PATH;
use super::confirm_identity::fresh_login;
use super::page::{html, html_leading_away, name_of, prefix, shown};
use crate::app::App;
use crate::login::Removal;
use crate::session::SignedIn;
use crate::upstream::Provider;

#[derive(Template)]
#[template(path = "remove_identity.html")]
struct RemoveIdentity<'a> {
    prefix: &'a str,
    style: &'static str,
    who: &'a str,
    provider: &'a str,
    identity: &'a str,
    /// Whether the session was made through the identity.
    own: bool,
    /// The address of a fresh login at the identity's provider, if it can be removed at once.
    sign_in: Option<String>,
    /// When it is removed, if that was requested before.
    unlink_at: Option<String>,
    /// Whether no provider shows a fresh login, so that the confirmation is recorded.
    recorded: bool,
    action: String,
    confirm: String,
}

#[derive(Template)]
#[template(path = "identity_removed.html")]
struct IdentityRemoved<'a> {
    prefix: &'a str,
    style: &'static str,
    provider: &'a str,
    identity: &'a str,
}

/// The page that asks before an identity is removed. `action`: the path of the page and its form. `recorded`: whether no
/// provider shows a fresh login, so that the confirmation is recorded.
pub fn page(
    app: &App,
    signed_in: &SignedIn,
    removal: &Removal,
    action: String,
    recorded: bool,
    confirm: String,
) -> HttpResponse {
    let sub = signed_in.user.sub.to_string();
    let provider = app.providers.get(&removal.provider);
    // After a login at another provider the session could not remove it at once.
    let is_at_once = !removal.own && (removal.shows_fresh_login || recorded);
    let page = RemoveIdentity {
        prefix: prefix(app),
        style: STYLE_PATH,
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
    html_leading_away(StatusCode::OK, &page)
}

/// The page after the identity of the current session was removed.
pub fn removed(app: &App, removal: &Removal) -> HttpResponse {
    let provider = app.providers.get(&removal.provider).map_or(removal.provider.as_str(), Provider::name);
    let page = IdentityRemoved { prefix: prefix(app), style: STYLE_PATH, provider, identity: &removal.label };
    html(StatusCode::OK, &page)
}
