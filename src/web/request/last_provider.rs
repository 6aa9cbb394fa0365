//! The provider of the last login in this browser, in a cookie of its own. It contains the id of the provider and nothing about the
//! person, and it outlives the session.

use actix_web::cookie::{SameSite, time};
use actix_web::{HttpRequest, HttpResponse};

use super::cookies;
use crate::app::App;
use crate::upstream::Provider;

/// How long the provider is remembered.
const MAX_AGE: time::Duration = time::Duration::days(365);

fn name(app: &App) -> String {
    cookies::prefixed(app, &format!("{}-provider", app.config.sessions.cookie.name), true)
}

/// The id of the provider; `None` if it is not configured any more.
pub fn of<'a>(app: &'a App, request: &HttpRequest) -> Option<&'a str> {
    let name = name(app);
    let mut ids = cookies::values(request, &name);
    ids.find_map(|id| app.providers.get(id)).map(Provider::id)
}

/// Remembers the provider of a completed login.
pub fn remember(app: &App, provider: &str, answer: &mut HttpResponse) {
    let cookie = cookies::plain(app, name(app), provider.to_owned(), SameSite::Lax, MAX_AGE);
    let _always_a_cookie = answer.add_cookie(&cookie);
}
