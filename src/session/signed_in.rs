//! The part of a session that requests use.

use serde_json::Value;

use super::aal::Aal;
use super::status_index::StatusIndex;
use crate::account::User;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};

/// A session: that of a browser, of the SPA flow or of an app.
#[derive(Clone, Debug)]
pub struct Session {
    /// The `sid` of its tokens.
    pub id: SessionId,
    /// The id of its user.
    pub user: UserId,
    /// Whether that user is enabled.
    pub user_disabled: bool,
    /// The id of the provider of the login.
    pub provider: String,
    /// The client that it belongs to.
    pub client_id: String,
    /// The scopes of its tokens, separated by spaces.
    pub scopes: String,
    /// The `aud` of its tokens, if the app narrowed the client's audience (RFC 8707).
    pub resource: Option<String>,
    /// When the person was authenticated.
    pub auth_time: Timestamp,
    /// Whether the provider stated it; otherwise it is the time of the callback.
    pub auth_time_vouched: bool,
    /// Whether a login at this provider counts as fresh although it stated no time (`insecure_assume_fresh_login`).
    pub auth_time_assumed: bool,
    /// The assurance level; `None` if the provider sent neither `acr` nor `amr`.
    pub aal: Option<Aal>,
    /// `acr`, as the provider sent it.
    pub acr: Option<String>,
    /// `amr`, as the provider sent it.
    pub amr: Option<Vec<String>>,
    /// The `acr_values` that its login asked the provider for.
    pub asked_acr: Option<String>,
    /// Its last use, accurate to a minute.
    pub last_activity_at: Timestamp,
    /// Its absolute end (`sessions.not_after`).
    pub not_after: Timestamp,
    /// When it was ended; `None` while it is live.
    pub ended_at: Option<Timestamp>,
    /// Its place in the status lists.
    pub status_index: StatusIndex,
}

impl Session {
    /// The authentication time as tokens and other services see it: only what the provider stated.
    pub fn stated_auth_time(&self) -> Option<Timestamp> {
        self.auth_time_vouched.then_some(self.auth_time)
    }

    /// The authentication time by which the login counts as fresh or not; `None` if it never counts as fresh. The time
    /// of the callback shows nothing: single sign-on at the provider may have been silent.
    pub fn fresh_auth_time(&self) -> Option<Timestamp> {
        (self.auth_time_vouched || self.auth_time_assumed).then_some(self.auth_time)
    }
}

/// A session with its user.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session, without its user.
    pub session: Session,
    /// The user, with the profile of the identity that the session was made through.
    pub user: User,
    /// The provider's claims of that identity; `null` if the statement did not read them.
    pub claims: Value,
}
