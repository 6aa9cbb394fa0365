//! `clients.<id>.allow`: whether a user may use an app.

use crate::access;
use crate::app::App;
use crate::client::Client;
use crate::config::Allow;
use crate::session::SignedIn;
use crate::upstream::Registry;

/// The condition of the app's `allow` that refuses the user, by the profile and the claims of the last login at the session's
/// identity; `None` if the user may use the app. The text is for the log and contains nothing about the person.
pub fn not_allowed(app: &App, client: &str, signed_in: &SignedIn) -> Option<String> {
    refusal(client, &app.clients.registered(client)?.allow, &app.providers, signed_in)
}

/// The `allow` of a client, for work that cannot borrow the configuration.
pub(super) struct AllowRule {
    client: String,
    allow: Allow,
    providers: Registry,
}

impl AllowRule {
    /// `None` where the client's `allow` has no condition.
    pub(super) fn of(app: &App, client: &Client) -> Option<Self> {
        (!client.allow.is_empty()).then(|| Self {
            client: client.id.clone(),
            allow: client.allow.clone(),
            providers: app.providers.clone(),
        })
    }

    /// As [`not_allowed`].
    pub(super) fn refusal(&self, signed_in: &SignedIn) -> Option<String> {
        refusal(&self.client, &self.allow, &self.providers, signed_in)
    }
}

fn refusal(client: &str, allow: &Allow, providers: &Registry, signed_in: &SignedIn) -> Option<String> {
    let registration = providers.get(&signed_in.session.provider)?.registration();
    let refused = access::refusal(allow, registration, &signed_in.user.profile, &signed_in.claims)?;
    Some(format!("clients.{client}.{} does not hold: {}", refused.rule, refused.why))
}
