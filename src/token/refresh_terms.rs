//! What the configuration says now of a client's refreshes. The session may have begun under another one.

use std::sync::Arc;

use super::allowed::AllowRule;
use super::target::Target;
use crate::app::App;
use crate::client::Client;
use crate::config::{BUILT_IN_CLIENT, Grant};
use crate::session::SignedIn;

/// The conditions on a session that is refreshed. They are owned, since they are judged within the transaction.
pub(super) struct RefreshTerms {
    /// The ids of the configured providers at which users of the client may sign in.
    pub(super) providers: Arc<[String]>,
    /// What the session must be for.
    pub(super) target: Target,
    /// `clients.<id>.allow`, where it has a condition.
    pub(super) rule: Option<AllowRule>,
    /// Whether the claims of the provider are needed, for the rule or for the client's ID token.
    pub(super) with_claims: bool,
}

impl RefreshTerms {
    /// The conditions for a request for this resource; without one, for what was granted. `None` where the client may refresh no
    /// session.
    pub(super) fn of(app: &App, client: &Client, resource: Option<&str>) -> Option<Self> {
        let is_offline = client.id == BUILT_IN_CLIENT || client.scopes.iter().any(|scope| scope == "offline_access");
        if !is_offline || !client.may(Grant::RefreshToken) {
            return None;
        }
        let all = app.providers.ids();
        let providers = if client.providers.is_empty() {
            Arc::clone(all)
        } else {
            all.iter().filter(|id| client.takes_provider(id)).cloned().collect()
        };
        Some(Self {
            providers,
            target: Target::of(app, &client.id, resource),
            rule: AllowRule::of(app, client),
            with_claims: client.tokens.reads_provider_claims() || !client.allow.claims.is_empty(),
        })
    }

    /// Whether the provider of the session and what the session is for are as the configuration wants them, and `allow` holds.
    pub(super) fn accept(&self, signed_in: &SignedIn) -> bool {
        let session = &signed_in.session;
        self.providers.contains(&session.provider)
            && self.target.is_covered_by(session.resource.as_deref())
            && self.rule.as_ref().is_none_or(|rule| rule.refusal(signed_in).is_none())
    }
}
