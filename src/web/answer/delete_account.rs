//! The pages before and after a person deletes their own account.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::confirm_identity::fresh_login;
use super::page::{Viewing, account_path, name_of};
use crate::app::App;
use crate::pages::{AccountDeleted, DeleteAccount, Link};
use crate::session::{ShownTo, SignedIn};
use crate::upstream::Provider;

/// The purpose under which the value in the form is sealed.
pub const QUESTION: &str = "delete account";

/// The parameter of the page with the user who wanted the deletion before the login.
pub const WANTED_BY: &str = "user";

/// What the page asks for.
#[derive(Clone, Copy)]
pub enum Step<'a> {
    /// A login at this provider.
    SignIn(&'a str),
    /// The e-mail address or the word.
    Type,
    /// The same after a wrong text.
    TypeAgain,
    /// Nothing: another user than the one who wanted the deletion has signed in.
    OtherUser,
}

/// The path of the page and of its form.
pub fn path(app: &App) -> String {
    format!("{}/delete", account_path(app))
}

/// The page that asks before the account is deleted. It never has a text in its field.
pub fn page(viewing: Viewing<'_>, signed_in: &SignedIn, step: Step<'_>) -> HttpResponse {
    let app = viewing.app;
    let sub = signed_in.user.sub.to_string();
    let action = path(app);
    let sign_in = match step {
        Step::SignIn(provider) => Some(Link {
            name: app.providers.get(provider).map_or(provider, Provider::name),
            href: fresh_login(app, provider, &format!("{action}?{WANTED_BY}={sub}")),
        }),
        Step::Type | Step::TypeAgain | Step::OtherUser => None,
    };
    let is_wrong = matches!(step, Step::TypeAgain);
    let page = DeleteAccount {
        who: name_of(signed_in).unwrap_or(&sub),
        email: signed_in.user.profile.email.as_deref(),
        sign_in,
        is_other: matches!(step, Step::OtherUser),
        is_wrong,
        action,
        shown_to: ShownTo::new(&signed_in.session).seal(&app.config.ring, QUESTION).unwrap_or_default(),
    };
    viewing.html(if is_wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK }, &page)
}

/// The page after the account was deleted.
pub fn deleted(viewing: Viewing<'_>) -> HttpResponse {
    viewing.html(StatusCode::OK, &AccountDeleted {})
}
