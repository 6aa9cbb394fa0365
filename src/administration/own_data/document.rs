//! The shape of the document with a user's data.

use schemars::JsonSchema;
use serde::Serialize;

use super::store::{AuditEvent, OwnConsent, OwnIdentity, SignIn, StoredAppSession};
use crate::account::Record;
use crate::base::clock::{Timestamp, TimestampSchema};

/// Everything that the gateway stores about a user, without secrets, tokens and hashes of tokens.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OwnData {
    /// The version of this shape. A new member does not change it.
    pub version: u32,
    /// When the document was made.
    #[schemars(with = "TimestampSchema")]
    pub generated_at: Timestamp,
    /// The issuer of the tokens: the gateway that made the document.
    pub issuer: String,
    /// The most entries of each list.
    pub limit: i64,
    /// The names of the lists that had more entries. The newest entries are in the document; of `identities` the oldest.
    pub cut: Vec<&'static str>,
    /// The user, with the profile of the last login.
    pub user: Record,
    /// The identities at providers, oldest first.
    pub identities: Vec<OwnIdentity>,
    /// The sessions of browsers, newest first, with those that ended and are not yet removed.
    pub sessions: Vec<SignIn>,
    /// The sessions of apps, newest first, with those that ended and are not yet removed.
    pub apps: Vec<AppSession>,
    /// The remembered consents to apps, newest first.
    pub consents: Vec<OwnConsent>,
    /// The audit events of the user, newest first.
    pub audit_events: Vec<AuditEvent>,
}

/// A session of an app.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AppSession {
    /// The name of the app, as the pages show it.
    pub name: String,
    /// The columns of its row in the database.
    #[serde(flatten)]
    pub stored: StoredAppSession,
}
