//! A session, as far as a request needs to know it.

use super::status_index::StatusIndex;
use crate::account::User;
use crate::base::clock::Timestamp;
use crate::base::id::{SessionId, UserId};

/// One sign-in.
#[derive(Clone, Debug)]
pub struct Session {
    /// The `sid` of its tokens.
    pub id: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Whether that user may still enter.
    pub user_disabled: bool,
    /// The provider that vouched.
    pub provider: String,
    /// The client it belongs to.
    pub client_id: String,
    /// The scopes of its tokens, separated by spaces.
    pub scopes: String,
    /// Whom its tokens are for, if not for all of the client's audience (RFC 8707).
    pub resource: Option<String>,
    /// When the person was authenticated.
    pub auth_time: Timestamp,
    /// Whether that is the provider's word, and not just the time of the callback.
    pub auth_time_vouched: bool,
    /// Authentication context class, as the provider gave it.
    pub acr: Option<String>,
    /// Authentication methods, as the provider gave them.
    pub amr: Option<Vec<String>>,
    /// Its last use, to within a minute.
    pub last_activity_at: Timestamp,
    /// Its absolute end.
    pub not_after: Timestamp,
    /// When it was ended, if it was.
    pub ended_at: Option<Timestamp>,
    /// Its place in the status lists.
    pub status_index: StatusIndex,
}

/// A session with the person in it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// The person.
    pub user: User,
}
