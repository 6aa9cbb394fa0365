//! A code that is not stored yet.

use super::app_answer::AppAnswer;
use crate::base::clock::Timestamp;
use crate::base::id::{AuthorizationRequestId, UserId};
use crate::base::secret::Hashed;

/// The values that are stored with a code.
pub struct NewCode {
    /// The hash of the code.
    pub hash: Hashed,
    /// The id of the stored request; `None` if the request is answered at once.
    pub request_id: Option<AuthorizationRequestId>,
    /// The only user that the code may be for, if the request names one.
    pub hinted_user: Option<UserId>,
    /// The `client_id` of the app.
    pub client_id: String,
    /// The redirect URI of the request.
    pub redirect_uri: String,
    /// The `code_challenge` of the request.
    pub challenge: Option<String>,
    /// The `nonce` of the request.
    pub nonce: Option<String>,
    /// The granted scopes, separated by spaces (RFC 6749 §3.3).
    pub scope: String,
    /// The only audience of the tokens (RFC 8707).
    pub resource: Option<String>,
    /// When the code expires.
    pub expires_at: Timestamp,
}

/// The successful answer to an authorization request, prepared before its code is stored.
pub struct PreparedAnswer {
    /// The code to store.
    pub code: NewCode,
    /// The response with the code.
    pub answer: AppAnswer,
}
