//! The session that a login will give, as a value, before it is stored.

use serde::Deserialize;

use crate::account::User;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};
use crate::config::Registration;
use crate::session::{Aal, Lifetime, Session, SignedIn, StatusIndex};
use crate::token::{BUILT_IN_CLIENT, BUILT_IN_SCOPE};
use crate::upstream::Identity;

/// The app that a login is for: the part that its tokens depend on.
#[derive(Clone, Debug, Deserialize)]
pub struct ForApp {
    /// The `client_id` of the built-in client, or of the app.
    pub client_id: String,
    /// The scopes, separated by spaces.
    pub scope: String,
    /// The only audience of the tokens (RFC 8707); `None` for the client's whole audience.
    pub resource: Option<String>,
    /// The `nonce`, which the ID token contains.
    pub nonce: Option<String>,
}

/// The new session of the browser. `user` is a new id, used if the identity is unknown; the database assigns the status
/// index.
pub fn new_session(registration: &Registration, identity: &Identity, lifetime: Lifetime, now: Timestamp) -> SignedIn {
    let user = UserId::new(now);
    let session = Session {
        id: SessionId::new(now),
        user,
        user_disabled: false,
        provider: registration.id.clone(),
        client_id: BUILT_IN_CLIENT.to_owned(),
        scopes: BUILT_IN_SCOPE.to_owned(),
        resource: None,
        auth_time: identity.auth_time.unwrap_or(now),
        auth_time_vouched: identity.auth_time.is_some(),
        auth_time_assumed: identity.auth_time.is_none() && registration.insecure_assume_fresh_login,
        aal: Aal::of(identity.acr.as_deref(), identity.amr.as_deref(), &registration.aal),
        acr: identity.acr.clone(),
        amr: identity.amr.clone(),
        asked_acr: None,
        last_activity_at: now,
        not_after: lifetime.not_after(now),
        ended_at: None,
        status_index: StatusIndex::LONGEST,
    };
    SignedIn { session, user: User { sub: user, profile: identity.profile.clone() }, claims: identity.claims.clone() }
}

/// The session of the app under the browser's.
pub fn app_session(browser: &SignedIn, app: ForApp) -> SignedIn {
    let ForApp { client_id, scope: scopes, resource, nonce: _ } = app;
    let session = Session { id: browser.session.id, client_id, scopes, resource, ..browser.session.clone() };
    SignedIn { session, user: browser.user.clone(), claims: browser.claims.clone() }
}
