//! `clients.<id>.allow`: whether a user may use an app.

use crate::access;
use crate::app::App;
use crate::session::SignedIn;

/// The condition of the app's `allow` that refuses the user, by the profile and the claims of the last login at the session's
/// identity; `None` if the user may use the app. The text is for the log and contains nothing about the person.
pub fn not_allowed(app: &App, client: &str, signed_in: &SignedIn) -> Option<String> {
    let allow = &app.clients.get(client)?.allow;
    let registration = app.providers.get(&signed_in.session.provider)?.registration();
    let refused = access::refusal(allow, registration, &signed_in.user.profile, &signed_in.claims)?;
    Some(format!("clients.{client}.{} does not hold: {}", refused.rule, refused.why))
}
