//! The status and the recorded steps of a login.

use serde::{Deserialize, Serialize};

use crate::base::clock::Timestamp;
use crate::base::id::{AuthorizationRequestId, AuthorizationSessionId, Reference, SessionId, UserId};
use crate::base::words::words;
use crate::grant::StoredRequest;
use crate::upstream::Stage;

words! {
    /// The status of a login.
    pub enum Status {
        /// Waits for the authorization response, or is being completed.
        Pending = "pending",
        /// Gave a session, or linked an identity.
        Completed = "completed",
        /// Refused by the provider, an allow rule or a disabled user.
        Denied = "denied",
        /// The token request failed, or the ID token does not verify.
        TokenFailed = "token_failed",
        /// The userinfo request failed, or its answer does not fit the ID token.
        UserinfoFailed = "userinfo_failed",
        /// No authorization response arrived in time.
        Expired = "expired",
    }
}

impl Status {
    /// The status after a failed request to the provider.
    pub fn of_failure(stage: Stage) -> Self {
        match stage {
            Stage::Token => Self::TokenFailed,
            Stage::Userinfo => Self::UserinfoFailed,
        }
    }
}

/// One recorded step. A detail never contains a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// The time of the step.
    pub at: Timestamp,
    /// The name of the step.
    #[serde(rename = "step")]
    pub name: String,
    /// A detail in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// The recorded steps, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Steps(pub Vec<Step>);

impl Steps {
    /// A list of one step.
    pub fn one(at: Timestamp, name: &str, detail: Option<String>) -> Self {
        Self(vec![Step { at, name: name.to_owned(), detail }])
    }

    /// The steps as stored in the row.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A claimed login, which only this request may complete.
pub struct Claimed {
    /// The id of the row.
    pub id: AuthorizationSessionId,
    /// The reference, shown to the person if the login fails.
    pub reference: Reference,
    /// The target after the login, validated.
    pub return_to: Option<String>,
    /// The authorization request that it is for.
    pub request: Option<AuthorizationRequestId>,
    /// That request as it was stored when the login was claimed.
    pub stored_request: Option<StoredRequest>,
    /// The session and user that asked to link an identity; `None` for a login.
    pub link: Option<Linking>,
    /// The session that the cookie of this browser names, live or not.
    pub browser_session: Option<SessionId>,
}

/// The session and user that asked to link an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linking {
    /// The id of the session that asked.
    pub session: SessionId,
    /// The id of its user.
    pub user: UserId,
}

/// The associated data of a handshake's seal.
pub fn sealed_for(id: AuthorizationSessionId) -> String {
    format!("authorization_sessions:{id}:handshake")
}
