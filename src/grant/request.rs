//! An authorization request as a row.

use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::id::{AuthorizationRequestId, SessionId};

/// A request to be stored.
pub struct NewRequest {
    /// The id of its row.
    pub id: AuthorizationRequestId,
    /// The `client_id` of the app.
    pub client_id: String,
    /// The validated authorization request, as stored in the column `request`.
    pub request: Value,
    /// The hash of the `request_uri` of a pushed request.
    pub request_uri_hash: Option<Vec<u8>>,
    /// The hash of the binding cookie of the browser; a pushed request has none yet.
    pub binding_hash: Option<Vec<u8>>,
    /// When it was received.
    pub created_at: Timestamp,
    /// When it expires: an hour after it arrived, or 60 seconds for a pushed request.
    pub expires_at: Timestamp,
}

/// The authorization request that a login is for.
pub enum LoginFor {
    /// The request is stored already; the login refers to its row.
    Stored(AuthorizationRequestId),
    /// It is stored with the login, in one statement.
    New(Box<NewRequest>),
}

impl LoginFor {
    /// The id of its row.
    pub fn id(&self) -> AuthorizationRequestId {
        match self {
            Self::Stored(id) => *id,
            Self::New(request) => request.id,
        }
    }
}

/// A stored request, as a query returned it.
pub struct StoredRequest {
    /// The id of its row.
    pub id: AuthorizationRequestId,
    /// The validated authorization request, as stored in the column `request`.
    pub request: Value,
    /// The hash of the binding cookie of the browser.
    pub binding_hash: Option<Vec<u8>>,
    /// The session of the login that it led to; `None` before that.
    pub session_id: Option<SessionId>,
    /// When it was received.
    pub created_at: Timestamp,
    /// When it expires: an hour after it arrived, or 60 seconds for a pushed request.
    pub expires_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
}
