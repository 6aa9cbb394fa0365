//! A login under way, as values: its status and its recorded steps.

use serde::{Deserialize, Serialize};

use super::to_be::ForApp;
use crate::base::clock::Timestamp;
use crate::base::id::{AuthorizationRequestId, AuthorizationSessionId, Reference, SessionId, UserId};
use crate::upstream::Stage;

/// Where a login stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not back yet, or being judged.
    Pending,
    /// Gave a session.
    Completed,
    /// The provider, a rule or an administrator said no.
    Denied,
    /// No usable tokens.
    TokenFailed,
    /// No usable userinfo.
    UserinfoFailed,
    /// Never came back.
    Expired,
}

impl Status {
    /// The value in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Denied => "denied",
            Self::TokenFailed => "token_failed",
            Self::UserinfoFailed => "userinfo_failed",
            Self::Expired => "expired",
        }
    }

    /// How a failed conversation with the provider ends.
    pub fn of_failure(stage: Stage) -> Self {
        match stage {
            Stage::Token => Self::TokenFailed,
            Stage::Userinfo => Self::UserinfoFailed,
        }
    }
}

/// One recorded step. No detail ever holds a secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Step {
    /// When.
    pub at: Timestamp,
    /// What.
    pub step: String,
    /// In words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Recorded steps, oldest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Steps(pub Vec<Step>);

impl Steps {
    /// One step.
    pub fn one(at: Timestamp, step: &str, detail: Option<String>) -> Self {
        Self(vec![Step { at, step: step.to_owned(), detail }])
    }

    /// As they stand in the row.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// A login that this request, and no other, may finish.
pub struct Claimed {
    /// Its row.
    pub id: AuthorizationSessionId,
    /// What people are shown if it fails.
    pub reference: Reference,
    /// Where to go afterwards.
    pub return_to: Option<String>,
    /// The app's request that it is for.
    pub request: Option<AuthorizationRequestId>,
    /// That app, as far as its tokens depend on it.
    pub app: Option<ForApp>,
    /// Who asked for one more identity, if it is no login.
    pub link: Option<Linking>,
}

/// Who asked for one more identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linking {
    /// The session that asked.
    pub session: SessionId,
    /// Whose it was.
    pub user: UserId,
}

/// What a handshake's seal is bound to.
pub fn sealed_for(id: AuthorizationSessionId) -> String {
    format!("authorization_sessions:{id}:handshake")
}
