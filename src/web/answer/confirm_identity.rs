//! The page that asks to confirm a change of the identities.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::pages::{STYLE_PATH, account_path, html_leading_away, name_of, prefix};
use crate::app::App;
use crate::session::SignedIn;
use crate::upstream::Provider;

#[derive(Template)]
#[template(path = "confirm_identity.html")]
struct ConfirmIdentity<'a> {
    prefix: &'a str,
    style: &'static str,
    who: &'a str,
    linking: bool,
    what: &'a str,
    action: String,
    confirm: String,
}

/// The path of the page that asks to confirm a change of the identities: `link` with a provider, `unlink` with an identity.
pub fn path(app: &App, action: &str, which: &str) -> String {
    format!("{}/identities/{which}/{action}", account_path(app))
}

/// The page that asks to confirm a change of the identities where no provider shows a fresh login.
pub fn page(app: &App, signed_in: &SignedIn, action: &str, which: &str, confirm: String) -> HttpResponse {
    let sub = signed_in.user.sub.to_string();
    let page = ConfirmIdentity {
        prefix: prefix(app),
        style: STYLE_PATH,
        who: name_of(signed_in).unwrap_or(&sub),
        linking: action == "link",
        what: app.providers.get(which).map_or(which, Provider::name),
        action: path(app, action, which),
        confirm,
    };
    html_leading_away(StatusCode::OK, &page)
}
